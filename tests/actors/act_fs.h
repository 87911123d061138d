/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and removing the files that the acts need. 0 or -errno throughout. */
#ifndef ATR_TESTS_ACT_FS_H
#define ATR_TESTS_ACT_FS_H

#include <stddef.h>
#include <sys/types.h>

int fs_write(const char *path, const void *data, size_t len, mode_t mode);
int fs_text(const char *path, const char *text, mode_t mode);
int fs_put(const char *path, const char *text); /* into a file that exists, as in /proc */
int fs_copy(const char *from, const char *to, mode_t mode);
int fs_mkdirs(const char *path, mode_t mode);
int fs_symlink(const char *target, const char *path);
int fs_remove_tree(const char *path);

/* A security.capability attribute; rootid 0 makes version 2, another version 3. */
int fs_caps(const char *path, unsigned long long permitted, unsigned long long inheritable,
	    int effective, unsigned int rootid);

#endif /* ATR_TESTS_ACT_FS_H */
