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
#include "user/record/record.h"
#include "user/record/syscall.h"
#include "user/record/text.h"

enum { ATR_STAMP_MAX = 64 };

struct recorder {
	struct atr_record_opts opts;
	struct text out;
	struct assembler *assembler;
	struct atr_clock_state clock;
	struct knowledge *known;
	struct names *names;
	struct labels *labels;
	__u32 lsms; /* of the host */
	struct syscalls syscalls;
	struct fcaps_host host;
	__u32 serial; /* of the next event */
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

/* The stamp of an event with this header and the next serial. */
void record_stamp(struct recorder *r, const struct atr_hdr *hdr);

/* Begin a line: type=TYPE msg=audit(…): and a blank; type is a literal. */
#define record_begin(r, type) record_begin_(r, "type=" type " ", sizeof("type=" type " ") - 1)
void record_begin_(struct recorder *r, const char *type, size_t len);

/* One line for people, instead of records. */
void human_exec(struct recorder *r, const struct atr_view *view, const char *argv, size_t argv_len);
void human_lost(struct recorder *r, const struct atr_lost *lost);

/* What could not be had of an exec, as a list of words; NULL if all could. */
const char *exec_flaws(const struct atr_exec *e, bool argv_short, char *buf, size_t size);

/* Appends a word to such a list, where there is room. */
void flaws_add(char *buf, size_t size, const char *word);

#endif /* ATR_RECORD_STATE_H */
