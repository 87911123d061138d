// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/securebits.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/fcaps.h"

#define ALL  0x1ffffffffffULL
#define BSET 0x1fffeffffffULL /* all but one */
#define RAW  0x2000ULL

enum { EUID_RULE = 1 << 0, NOROOT = 1 << 1, NO_ENTRY = 1 << 2, UNKNOWN = 1 << 3, IN_NS = 1 << 4 };

/* One exec: ids and capabilities before and after, and whether the file has capabilities. */
static const struct {
	const char *what;
	__u32 uid, euid, old_uid, old_euid;
	__u64 pp, pe, pa, old_pp, old_pa;
	bool fcap;
	int how;
	bool want;
} rows[] = {
	{ "root, all capabilities", 0, 0, 0, 0, ALL, ALL, 0, ALL, 0, false, 0, false },
	{ "user, no capabilities", 1000, 1000, 1000, 1000, 0, 0, 0, 0, 0, false, 0, false },
	{ "root of a container", 0, 0, 0, 0, BSET, BSET, 0, BSET, 0, false, 0, true },
	{ "set-user-ID root by a user", 1000, 0, 1000, 1000, ALL, ALL, 0, 0, 0, false, 0, false },
	{ "the same with a reduced bounding set", 1000, 0, 1000, 1000, BSET, BSET, 0, 0, 0, false,
	  0, true },
	{ "set-user-ID root that got nothing", 1000, 0, 1000, 1000, 0, 0, 0, 0, 0, false, 0, true },
	{ "the same where root is not privileged", 1000, 0, 1000, 1000, 0, 0, 0, 0, 0, false,
	  NOROOT, false },
	{ "root where root is not privileged", 0, 0, 0, 0, ALL, ALL, 0, ALL, 0, false, NOROOT,
	  true },
	{ "file capabilities, effective", 1000, 1000, 1000, 1000, RAW, RAW, 0, 0, 0, true, 0,
	  true },
	{ "file capabilities, permitted only", 1000, 1000, 1000, 1000, RAW, 0, 0, 0, 0, true, 0,
	  true },
	{ "the same, but it had them", 1000, 1000, 1000, 1000, RAW, 0, 0, RAW, 0, true, 0, false },
	{ "permitted gained, no file capabilities", 1000, 1000, 1000, 1000, RAW, 0, 0, 0, 0, false,
	  0, false },
	{ "the same, file capabilities unknown", 1000, 1000, 1000, 1000, RAW, 0, 0, 0, 0, false,
	  UNKNOWN, true },
	{ "root regains, file capabilities unknown", 0, 0, 0, 0, ALL, ALL, 0, 0, 0, false, UNKNOWN,
	  false },
	{ "ambient kept", 1000, 1000, 1000, 1000, RAW, RAW, RAW, RAW, RAW, false, 0, false },
	{ "ambient gained", 1000, 1000, 1000, 1000, RAW, RAW, RAW, RAW, 0, false, 0, true },
	{ "effective beyond ambient", 1000, 1000, 1000, 1000, 3 * RAW, 3 * RAW, RAW, 3 * RAW, RAW,
	  false, 0, true },
	{ "set-user-ID to another user, permitted gained", 1000, 1001, 1000, 1000, RAW, 0, 0, 0, 0,
	  true, 0, false },
	{ "euid differed before: old uid counts", 1000, 1001, 1000, 1001, RAW, 0, 0, 0, 0, true, 0,
	  false },
	{ "the same on a kernel that compares euid", 1000, 1001, 1000, 1001, RAW, 0, 0, 0, 0, true,
	  EUID_RULE, true },
	{ "back to the real uid", 1000, 1000, 1000, 1001, RAW, 0, 0, 0, 0, true, 0, true },
	{ "the same on a kernel that compares euid", 1000, 1000, 1000, 1001, RAW, 0, 0, 0, 0, true,
	  EUID_RULE, false },
	{ "entry unseen: what was before does not count", 1000, 1000, 0, 0, RAW, 0, 0, 0, 0, true,
	  NO_ENTRY, false },
	{ "entry unseen: what is now does", 0, 0, 0, 0, BSET, BSET, 0, 0, 0, false, NO_ENTRY,
	  true },
	{ "root of a user namespace, full there", 100000, 100000, 100000, 100000, ALL, ALL, 0, ALL,
	  0, false, IN_NS, false },
	{ "the same by its outer uid alone", 100000, 100000, 100000, 100000, ALL, ALL, 0, ALL, 0,
	  false, 0, true },
};

static void test_condition(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fcaps_host host = { 40, rows[i].how & EUID_RULE };
		struct fcaps f = { !(rows[i].how & UNKNOWN), rows[i].fcap, true, RAW, 0, 1, 2, 0 };
		struct atr_exec e = {
			.hdr.flags = rows[i].how & NO_ENTRY ? ATR_F_NO_ENTRY : 0,
			.task = {
				.uid = rows[i].uid,
				.euid = rows[i].euid,
				.root_uid = rows[i].how & IN_NS ? 100000 : 0,
				.securebits = rows[i].how & NOROOT ? 1 << SECURE_NOROOT : 0,
				.caps = { rows[i].pp, 0, rows[i].pe, rows[i].pa },
			},
			.old_caps = { rows[i].old_pp, 0, rows[i].old_pp, rows[i].old_pa },
			.old_uid = rows[i].old_uid,
			.old_euid = rows[i].old_euid,
		};

		is_int(fcaps_recorded(&e, &f, &host), rows[i].want, rows[i].what);
	}
}

static void test_last_cap(void)
{
	struct fcaps_host host = { 37, false };
	struct fcaps f = { .known = true };
	struct atr_exec e = { .task.caps = { .permitted = 0x3fffffffffULL,
					     .effective = 0x3fffffffffULL } };

	is_int(fcaps_recorded(&e, &f, &host), false,
	       "full is what the kernel knows: 38 capabilities");
	host.last_cap = 40;
	is_int(fcaps_recorded(&e, &f, &host), true, "which is not full where it knows 41");
	e.task.caps.effective = 0xffffffffffULL;
	is_int(fcaps_recorded(&e, &f, &host), true, "nor is all but the last one");
	e.task.caps.effective = 0x1ffffffffffULL;
	is_int(fcaps_recorded(&e, &f, &host), false, "but with the last one it is");
	host.last_cap = 63;
	e.task.caps.effective = ~0ULL;
	is_int(fcaps_recorded(&e, &f, &host), false, "64 capabilities");
}

/* What PATH shows and what BPRM_FCAPS shows of a file, by what was found out about it. */
static void test_file(void)
{
	static const struct {
		const char *what;
		bool nosec, answered, known;
		__u32 fver, fe, rootid, root_uid;
		const char *path;
		const char *bprm;
	} files[] = {
		{ "none by the kernel's own word", true, false, false, 0, 0, 0, 0,
		  " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
		  "fver=0 fp=0 fi=0 fe=0 frootid=0" },
		{ "nobody looked", false, false, false, 0, 0, 0, 0,
		  " cap_fe=? cap_fver=? cap_fp=? cap_fi=?", "fver=? fp=? fi=? fe=? frootid=?" },
		{ "nothing could be seen", false, true, false, 0, 0, 0, 0,
		  " cap_fe=? cap_fver=? cap_fp=? cap_fi=?", "fver=? fp=? fi=? fe=? frootid=?" },
		{ "there are none", false, true, true, 0, 0, 0, 0,
		  " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
		  "fver=0 fp=0 fi=0 fe=0 frootid=0" },
		{ "version 2", false, true, true, 2, 1, 0, 0,
		  " cap_fp=0000000000002000 cap_fi=0 cap_fe=1 cap_fver=2 cap_frootid=0",
		  "fver=2 fp=0000000000002000 fi=0 fe=1 frootid=0" },
		{ "version 3 of another namespace", false, true, true, 3, 1, 100000, 0,
		  " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
		  "fver=3 fp=0 fi=0 fe=1 frootid=0" },
		{ "version 3 of this namespace", false, true, true, 3, 1, 100000, 100000,
		  " cap_fp=0000000000002000 cap_fi=0 cap_fe=1 cap_fver=3 cap_frootid=100000",
		  "fver=3 fp=0000000000002000 fi=0 fe=1 frootid=100000" },
		{ "version 3 of the initial one", false, true, true, 3, 0, 0, 100000,
		  " cap_fp=0000000000002000 cap_fi=0 cap_fe=0 cap_fver=3 cap_frootid=0",
		  "fver=3 fp=0000000000002000 fi=0 fe=0 frootid=0" },
	};
	struct fcaps_host host = { 40, false };
	unsigned int i;
	struct text t;

	text_init(&t, 4096);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct atr_file file = a_file(10);
		struct answer answer = {
			.cap_known = files[i].known,
			.cap_fp = RAW | 1ULL << 41, /* the kernel knows no bit 41, and shows none */
			.cap_fver = files[i].fver,
			.cap_fe = files[i].fe,
			.cap_rootid = files[i].rootid,
		};
		struct item item = { .file = &file };
		struct atr_exec e = { .task.root_uid = files[i].root_uid };
		struct fcaps f;
		char *end;

		if (!files[i].nosec)
			file.flags &= ~ATR_FILE_NOSEC;
		if (files[i].answered)
			item.answer = &answer;
		fcaps_of_item(&item, &e.task, &host, &f);
		text_reset(&t);
		fcaps_write_path(&t, &f);
		is_bytes(t.buf, t.len, files[i].path, strlen(files[i].path), files[i].what);
		text_reset(&t);
		fcaps_write(&t, &e, &f);
		text_bytes(&t, "", 1);
		/* The task's own sets are all empty here: without them. */
		end = strstr(t.buf, " old_pp=0 old_pi=0 old_pe=0 old_pa=0 pp=0 pi=0 pe=0 pa=0");
		if (end)
			memmove(end, end + 56, strlen(end + 56) + 1);
		is_str(t.buf, files[i].bprm, files[i].what);
	}
	text_free(&t);
}

static void test_unseen_entry(void)
{
	struct atr_exec e = { .hdr.flags = ATR_F_NO_ENTRY,
			      .task.caps = { .permitted = RAW, .effective = RAW } };
	struct fcaps f = { .known = true };
	struct text t;

	text_init(&t, 4096);
	fcaps_write(&t, &e, &f);
	text_bytes(&t, "", 1);
	is_str(t.buf,
	       "fver=0 fp=0 fi=0 fe=0 old_pp=? old_pi=? old_pe=? old_pa=? "
	       "pp=0000000000002000 pi=0 pe=0000000000002000 pa=0 frootid=0",
	       "old capabilities that nobody saw");
	text_free(&t);
}

int main(void)
{
	test_condition();
	test_last_cap();
	test_file();
	test_unseen_entry();
	return tap_done();
}
