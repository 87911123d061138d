/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Security labels as audit writes them: subj= of a task, obj= of a file. */
#ifndef ATR_RECORD_LABEL_H
#define ATR_RECORD_LABEL_H

#include "user/record/items.h"
#include "user/record/state.h"

/* " subj=…", where a module labels tasks; false: its text is not known, and ? stands for it. */
bool label_write_task(struct recorder *r, const struct atr_view *view);

/* Where several modules do, " subj=?" stands for what this record tells of each. */
void label_write_contexts(struct recorder *r, const struct atr_view *view);

/* " obj=…" of item n, where a module labels files; false as above. */
bool label_write_file(struct recorder *r, const struct item *item, unsigned int n);

/* lsms as struct atr_host has them, if they are such; 0 else. */
__u32 label_lsms(__u32 lsms);

/* The module that labels files, ATR_LSM_NONE: none does. */
enum atr_lsm label_of_files(const struct recorder *r);

/*
 * The text of AppArmor's label from its profiles, see struct atr_task. -EBADMSG, and nothing is
 * written, if that is not what is in parts. modes: behind the names stands " (enforce)" or the
 * like.
 */
int label_apparmor(struct text *t, const char *parts, size_t len, bool modes);

/*
 * Appends the text of the task's label, of the first module that is on; false, and nothing is
 * appended: not known.
 */
bool label_text(struct recorder *r, const struct atr_view *view, struct text *t);

/*
 * Narrows a label to the part that field asks for, AUDIT_SUBJ_USER and the like of "user:role:type:low-high"; one
 * without parts is all of each.
 */
void label_part(__u32 field, const char **part, size_t *len);

#endif /* ATR_RECORD_LABEL_H */
