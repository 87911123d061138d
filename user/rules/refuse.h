/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libaudit or the kernel would refuse of a field, and how that is told. */
#ifndef ATR_RULES_REFUSE_H
#define ATR_RULES_REFUSE_H

#include "user/rules/line.h"

/* The numbers that libaudit's functions return, negative (lib/errormsg.h), and some of ours. */
enum {
	EAU_OPMISSING = 1,
	EAU_FIELDUNKNOWN,
	EAU_ARCHMISPLACED,
	EAU_ARCHUNKNOWN,
	EAU_ELFUNKNOWN,
	EAU_ARCHNOBIT,
	EAU_EXITONLY,
	EAU_MSGTYPEUNKNOWN,
	EAU_MSGTYPEEXCLUDEUSER,
	EAU_UPGRADEFAIL,
	EAU_STRTOOLONG,
	EAU_MSGTYPECREDEXCLUDE,
	EAU_OPEQNOTEQ,
	EAU_PERMRWXA,
	EAU_ERRUNKNOWN,
	EAU_FILETYPEUNKNOWN,
	EAU_EXITENTRYONLY,
	EAU_KEYDEP = 19,
	EAU_FIELDVALMISSING,
	EAU_FIELDVALNUM,
	EAU_FIELDNAME,
	EAU_COMPFIELDNAME = 24,
	EAU_COMPVAL,
	EAU_COMPFIELDUNKNOWN,
	EAU_COMPVALUNKNOWN,
	EAU_FIELDTOOMANY,
	EAU_OPEQ,
	EAU_FIELDNOSUPPORT,
	EAU_FIELDNOFILTER,
	EAU_FILTERMISSING,
	EAU_COMPINCOMPAT,
	EAU_FIELDUNAVAIL,
	EAU_FILTERNOSUPPORT,
	EAU_FSTYPEUNKNOWN,
	EAU_FIELDVALTOOBIG,
	EAU_PRINT_NOTHING, /* no such user or group */
	EAU_PERMSYSCALLS,

	RULE_TWICE = 100, /* the kernel takes one of these fields */
	RULE_NO_BITS,	  /* an operator that has no meaning for the field */
	RULE_PATH,	  /* one that the kernel does not take */
	RULE_UNSET,	  /* -1 where the kernel wants an id */
	RULE_RANGE,
};

/* FIELD op VALUE, of -F or -C. */
struct pair {
	const struct arg *arg;
	char *text; /* all of it */
	size_t op_at, value_at;
	char *name; /* a copy */
	char *value;
	__u32 op;
	int field;
};

/* Tell of it where it is, in words of ours; returns -EINVAL. code is one of the above, positive. */
int pair_error(struct line *l, const struct pair *pair, int code);

/* Whether the field may be in a rule of this list: 0, or -EINVAL and it was told. */
int refuse_list(struct line *l, const struct pair *pair);

/* Whether the kernel would take the field, which is the last of the rule by now. The same. */
int refuse_field(struct line *l, const struct pair *pair);

#endif /* ATR_RULES_REFUSE_H */
