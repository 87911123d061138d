/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the functions that make records share: the recorder's inside. */
#ifndef ATR_RECORD_STATE_H
#define ATR_RECORD_STATE_H

#include "user/event/assemble.h"
#include "user/event/clock.h"
#include "user/record/fcaps.h"
#include "user/record/know.h"
#include "user/record/labels.h"
#include "user/record/names.h"
#include "user/record/address.h"
#include "user/record/pam.h"
#include "user/record/record.h"
#include "user/record/session.h"
#include "user/record/syscall.h"
#include "user/record/places.h"
#include "user/record/typed.h"
#include "user/record/text.h"
#include "user/rules/compile.h"

enum { ATR_STAMP_MAX = 64 };

/* The initial namespaces; 0: not known. */
struct host_spaces {
	__u32 mntns;
	__u32 pidns;
	__u32 userns;
};

enum { PASSED_MAX = 32 };

/* Reports of refused messages: anybody can cause them, so they are only so many a second. */
struct refusals {
	__u64 since; /* CLOCK_BOOTTIME */
	unsigned int written;
	__u64 held_back;
};

/* All that is in it came with events, but for the rules. */
struct recorder {
	struct atr_record_opts opts;
	struct text out;
	bool wipe; /* what is in out was typed: it is wiped out before anything else is put there */
	struct assembler *assembler;
	struct atr_clock_state clock;
	struct knowledge *known;
	struct names *names;
	__u64 doubted; /* sequence number of the message for which names were asked anew */
	struct labels *labels;
	__u32 lsms; /* of the host */
	struct syscalls syscalls;
	struct fcaps_host host;
	struct host_spaces host_spaces;
	bool tells_sessions; /* an unseen one is a login */
	struct sessions *sessions;
	struct pam *pam;
	struct addresses *addresses;
	struct places *places;
	struct typed *typed;
	struct refusals refusals;
	__u32 passed[PASSED_MAX]; /* serials of events of kernel audit's that are passed on */
	unsigned int passed_next;
	struct compiled *rules[2]; /* in force, and those before; the caller's */
	const char *key;	   /* of the rule that the event is recorded for */
	__u32 serial;		   /* of the next event */
	/* "msg=audit(1795221667.525:4): ", the same for all records of an event. */
	char stamp[ATR_STAMP_MAX];
	size_t stamp_len;
};

/*
 * One a payload of ATR_KINDS. Appends lines to r->out, or takes knowledge in; returns 0 or -errno,
 * and whatever was appended is then dropped.
 */
#define ATR_RECORD(number, name, payload, text) \
	int record_##payload(struct recorder *r, const struct atr_view *view);
ATR_KINDS(ATR_RECORD)
#undef ATR_RECORD

/* Empties r->out, and wipes it out before if something typed is in it. */
void out_reset(struct recorder *r);

/* Makes the stamp of an event with this header and the next serial; no serial is used up by it. */
void record_stamp(struct recorder *r, const struct atr_hdr *hdr);

/* Ends an event that another one follows, within the text of one event of the kernel's. */
void record_end(struct recorder *r);

/* Writes LOGIN where an event shows a session that has not been seen; see login.c. */
void login_derive(struct recorder *r, const struct atr_view *view);
/* The event has been told: where its task is, is known from now on. */
void login_seen(struct recorder *r, const struct atr_view *view);

/* What the process of the event has typed so far is written, as an event of its own. */
int tty_flush(struct recorder *r, const struct atr_view *view);

/* Begin a line: type=TYPE msg=audit(…): and a blank; type is a literal. */
#define record_begin(r, type) record_begin_(r, "type=" type " ", sizeof("type=" type " ") - 1)
void record_begin_(struct recorder *r, const char *type, size_t len);

/* One line for people, instead of records. */
void human_exec(struct recorder *r, const struct atr_view *view, const char *argv, size_t argv_len);
void human_lost(struct recorder *r, const struct atr_lost *lost);
/* type is a record's name; text is what it says beside the task, res: 1, 0, or -1 where it has none. */
void human_other(struct recorder *r, const struct atr_view *view, const char *type,
		 const char *text, size_t len, int res);

/* What could not be had of an exec, as a list of words; NULL if all could. */
const char *exec_flaws(const struct atr_exec *e, bool argv_short, char *buf, size_t size);

/* Appends a word to such a list, where there is room; buf has a NUL already. */
void flaws_add(char *buf, size_t size, const char *word);

#endif /* ATR_RECORD_STATE_H */
