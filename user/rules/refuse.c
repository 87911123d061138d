/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/rules/refuse.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "user/rules/ruleset.h"

enum where { AT_PAIR, AT_NAME, AT_OPERATOR, AT_VALUE };

/* By code, and where in the pair it is: libaudit's own texts (lib/errormsg.h) do not say where. */
static const struct {
	int code;
	enum where where;
	const char *text; /* behind what it is said of */
} refusals[] = {
	{ EAU_OPMISSING, AT_PAIR, "has no operator" },
	{ EAU_FIELDUNKNOWN, AT_NAME, "is no field" },
	{ EAU_ARCHMISPLACED, AT_NAME, "stands before -S, and not with a watch" },
	{ EAU_ARCHUNKNOWN, AT_VALUE, "is no architecture" },
	{ EAU_ELFUNKNOWN, AT_VALUE, "is no architecture" },
	{ EAU_ARCHNOBIT, AT_VALUE, "is no width that this machine has" },
	{ EAU_EXITONLY, AT_NAME, "is only for the exit list" },
	{ EAU_MSGTYPEUNKNOWN, AT_VALUE, "is no type of message" },
	{ EAU_MSGTYPEEXCLUDEUSER, AT_NAME, "is only for the exclude and user lists" },
	{ EAU_STRTOOLONG, AT_VALUE, "is too long" },
	{ EAU_MSGTYPECREDEXCLUDE, AT_NAME,
	  "is not for the exclude list: only msgtype, uid, gid, auid, pid, subj_* and exe are" },
	{ EAU_OPEQNOTEQ, AT_OPERATOR, "takes only = and !=" },
	{ EAU_PERMRWXA, AT_VALUE, "has others than r, w, x, a" },
	{ EAU_ERRUNKNOWN, AT_VALUE, "is no error" },
	{ EAU_FILETYPEUNKNOWN, AT_VALUE, "is no type of file" },
	{ EAU_EXITENTRYONLY, AT_NAME, "is only for the exit list" },
	{ EAU_KEYDEP, AT_NAME, "stands behind -S, a watch, perm=, path=, dir= or exe=" },
	{ EAU_FIELDVALMISSING, AT_VALUE, "has no value" },
	{ EAU_FIELDVALNUM, AT_VALUE, "is no number" },
	{ EAU_FIELDNAME, AT_PAIR, "has no field before the operator" },
	{ EAU_COMPFIELDNAME, AT_PAIR, "has no field before the operator" },
	{ EAU_COMPVAL, AT_VALUE, "has no field behind the operator" },
	{ EAU_COMPFIELDUNKNOWN, AT_NAME, "is no field" },
	{ EAU_COMPVALUNKNOWN, AT_VALUE, "is no field" },
	{ EAU_FIELDTOOMANY, AT_PAIR, "is one field too many, a rule has up to 63" },
	{ EAU_OPEQ, AT_OPERATOR, "takes only =" },
	{ EAU_FIELDNOFILTER, AT_NAME, "is only for the exit and user lists" },
	{ EAU_COMPINCOMPAT, AT_PAIR, "are not to be compared" },
	{ EAU_FIELDUNAVAIL, AT_NAME, "is not for this list" },
	{ EAU_FSTYPEUNKNOWN, AT_VALUE, "is no type of file system that has a name here" },
	{ EAU_FIELDVALTOOBIG, AT_VALUE, "is too large" },
	{ RULE_TWICE, AT_NAME,
	  "is one too many: one of path, dir and inode, one exe, one container" },
	{ RULE_NO_BITS, AT_OPERATOR, "has no bits: & and &= are for a0 to a3, pers and devminor" },
	{ RULE_PATH, AT_VALUE, "is no absolute path, or ends with /" },
	{ RULE_UNSET, AT_VALUE, "is nobody, which only auid=, auid!= and sessionid can tell" },
	{ RULE_RANGE, AT_VALUE, "is a value that the kernel does not take" },
};

static int say(struct line *l, const struct pair *pair, enum where where, const char *text)
{
	size_t offset = 0;
	const char *of = pair->text;

	switch (where) {
	case AT_PAIR:
		break;
	case AT_NAME:
		of = pair->name;
		break;
	case AT_OPERATOR:
		offset = pair->op_at;
		of = pair->name ? pair->name : pair->text;
		break;
	case AT_VALUE:
		offset = pair->value_at;
		of = *pair->value ? pair->value : pair->text;
		break;
	}
	return line_error(l, pair->arg->word, pair->arg->offset + offset, "'%.128s' %s", of, text);
}

int pair_error(struct line *l, const struct pair *pair, int code)
{
	size_t i;

	if (code == EAU_PRINT_NOTHING)
		return say(l, pair, AT_VALUE,
			   strcasestr(pair->name, "gid") ? "is no group" : "is no user");
	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].code == code)
			return say(l, pair, refusals[i].where, refusals[i].text);
	return say(l, pair, AT_PAIR, "is refused by libaudit");
}

/*
 * audit_field_valid() has it of the filesystem list; of the exclude list it is libaudit that says
 * so.
 */
int refuse_list(struct line *l, const struct pair *pair)
{
	static const int exclude[] = {
		AUDIT_PID,	AUDIT_UID,	 AUDIT_GID,	  AUDIT_LOGINUID,
		AUDIT_MSGTYPE,	AUDIT_SUBJ_USER, AUDIT_SUBJ_ROLE, AUDIT_SUBJ_TYPE,
		AUDIT_SUBJ_SEN, AUDIT_SUBJ_CLR,	 AUDIT_EXE,
	};
	size_t i;

	if (l->rule.list == AUDIT_FILTER_FS && pair->field != AUDIT_FSTYPE &&
	    pair->field != AUDIT_FILTERKEY)
		return pair_error(l, pair, EAU_FIELDUNAVAIL);
	if (l->rule.list != AUDIT_FILTER_EXCLUDE)
		return 0;
	for (i = 0; i < sizeof(exclude) / sizeof(*exclude); i++)
		if (exclude[i] == pair->field)
			return 0;
	return pair_error(l, pair, EAU_MSGTYPECREDEXCLUDE);
}

/*
 * audit_field_valid(): which operators a field takes; those that are not in the table take all but
 * & and &=. path and dir take = alone (audit_to_watch(), audit_make_tree()), though it would let !=
 * pass.
 */
enum ops { OPS_ORDER, OPS_ALL, OPS_EQUALITY, OPS_EQUAL };

static const struct {
	int field;
	enum ops ops;
} field_ops[] = {
	{ AUDIT_ARG0, OPS_ALL },
	{ AUDIT_ARG1, OPS_ALL },
	{ AUDIT_ARG2, OPS_ALL },
	{ AUDIT_ARG3, OPS_ALL },
	{ AUDIT_PERS, OPS_ALL },
	{ AUDIT_DEVMINOR, OPS_ALL },
	{ AUDIT_SUBJ_USER, OPS_EQUALITY },
	{ AUDIT_SUBJ_ROLE, OPS_EQUALITY },
	{ AUDIT_SUBJ_TYPE, OPS_EQUALITY },
	{ AUDIT_OBJ_USER, OPS_EQUALITY },
	{ AUDIT_OBJ_ROLE, OPS_EQUALITY },
	{ AUDIT_OBJ_TYPE, OPS_EQUALITY },
	{ AUDIT_FILTERKEY, OPS_EQUALITY },
	{ AUDIT_ARCH, OPS_EQUALITY },
	{ AUDIT_FSTYPE, OPS_EQUALITY },
	{ AUDIT_FILETYPE, OPS_EQUALITY },
	{ AUDIT_FIELD_COMPARE, OPS_EQUALITY },
	{ AUDIT_EXE, OPS_EQUALITY },
	{ AUDIT_INODE, OPS_EQUALITY },
	{ AUDIT_PERM, OPS_EQUAL },
	{ AUDIT_WATCH, OPS_EQUAL },
	{ AUDIT_DIR, OPS_EQUAL },
};

static int refuse_operator(struct line *l, const struct pair *pair)
{
	bool equality = pair->op == AUDIT_EQUAL || pair->op == AUDIT_NOT_EQUAL;
	enum ops ops = OPS_ORDER;
	size_t i;

	for (i = 0; i < sizeof(field_ops) / sizeof(*field_ops); i++)
		if (field_ops[i].field == pair->field)
			ops = field_ops[i].ops;
	if (ops == OPS_EQUAL && pair->op != AUDIT_EQUAL)
		return pair_error(l, pair, EAU_OPEQ);
	if (ops == OPS_EQUALITY && !equality)
		return pair_error(l, pair, EAU_OPEQNOTEQ);
	if (ops == OPS_ORDER && (pair->op == AUDIT_BIT_MASK || pair->op == AUDIT_BIT_TEST))
		return pair_error(l, pair, RULE_NO_BITS);
	return 0;
}

/*
 * audit_to_watch(), audit_make_tree(), audit_alloc_mark(). A value has a byte at least: take_pair()
 * has looked.
 */
static int refuse_path(struct line *l, const struct pair *pair)
{
	size_t len = strlen(pair->value);

	if (pair->value[0] != '/' || (pair->field != AUDIT_DIR && pair->value[len - 1] == '/'))
		return pair_error(l, pair, RULE_PATH);
	return 0;
}

static int refuse_place(struct line *l, const struct pair *pair)
{
	/* One of path, dir and inode; the last with != as well. */
	if (l->place)
		return pair_error(l, pair, RULE_TWICE);
	l->place = true;
	return pair->field == AUDIT_INODE ? 0 : refuse_path(l, pair);
}

/*
 * audit_data_to_entry(): uid_valid() and gid_valid(); of auid -1 it makes AUDIT_LOGINUID_SET
 * before.
 */
static int refuse_id(struct line *l, const struct pair *pair, __u32 value)
{
	bool equality = pair->op == AUDIT_EQUAL || pair->op == AUDIT_NOT_EQUAL;

	if (value != (__u32)-1 || (pair->field == AUDIT_LOGINUID && equality))
		return 0;
	return pair_error(l, pair, RULE_UNSET);
}

static int refuse_value(struct line *l, const struct pair *pair)
{
	const struct audit_rule_data *data = l->rule.data;
	__u32 value = data->values[data->field_count - 1];

	switch (pair->field) {
	case AUDIT_UID:
	case AUDIT_EUID:
	case AUDIT_SUID:
	case AUDIT_FSUID:
	case AUDIT_GID:
	case AUDIT_EGID:
	case AUDIT_SGID:
	case AUDIT_FSGID:
	case AUDIT_LOGINUID:
	case AUDIT_OBJ_UID:
	case AUDIT_OBJ_GID:
		return refuse_id(l, pair, value);
	case AUDIT_WATCH:
	case AUDIT_DIR:
	case AUDIT_INODE:
		return refuse_place(l, pair);
	case AUDIT_EXE:
		return l->exe ? pair_error(l, pair, RULE_TWICE) : refuse_path(l, pair);
	case AUDIT_FIELD_COMPARE:
		return value > AUDIT_MAX_FIELD_COMPARE ? pair_error(l, pair, RULE_RANGE) : 0;
	case AUDIT_FILETYPE:
		return value & ~S_IFMT ? pair_error(l, pair, RULE_RANGE) : 0;
	default:
		return 0;
	}
}

int refuse_field(struct line *l, const struct pair *pair)
{
	int err = refuse_operator(l, pair);

	return err ? err : refuse_value(l, pair);
}
