// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/lookup/lookup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "user/lookup/account.h"
#include "user/lookup/file.h"
#include "user/lookup/label.h"

static void answer_begin(union atr_answer *answer, __u16 kind, __u32 size)
{
	memset(answer, 0, sizeof(*answer));
	answer->hdr.kind = kind;
	answer->hdr.abi = ATR_ABI;
	answer->hdr.size = size;
}

/*
 * Puts a string behind the answer; NULL: there is none. A FILE answer has two, for which bytes
 * has room: each is shorter than ATR_NAME_MAX. What is between them stays 0.
 */
static void answer_str(union atr_answer *answer, struct atr_str *str, const char *text, size_t len)
{
	__u32 end = answer->hdr.size;

	str->off = end;
	if (!text) {
		str->flags = ATR_S_NULL;
		return;
	}
	memcpy(answer->bytes + end, text, len);
	str->len = len;
	answer->hdr.size = (end + len + 1 + 7) & ~7U;
}

static void answer_file(const struct atr_need *need, const struct file_facts *facts,
			union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_FILE, sizeof(ret->file));
	ret->file.file = *need->file;
	ret->file.type = facts->type;
	ret->file.cap_known = facts->cap_known;
	ret->file.cap_fp = facts->cap_fp;
	ret->file.cap_fi = facts->cap_fi;
	ret->file.cap_fe = facts->cap_fe;
	ret->file.cap_fver = facts->cap_fver;
	ret->file.cap_rootid = facts->cap_rootid;
	answer_str(ret, &ret->file.interp, facts->has_interp ? facts->interp : NULL,
		   strlen(facts->interp));
	answer_str(ret, &ret->file.arg, facts->has_arg ? facts->arg : NULL, strlen(facts->arg));
}

static void answer_item(const struct atr_need *need, int err, const struct item_facts *facts,
			union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_ITEM, sizeof(ret->item));
	ret->item.item = need->item;
	ret->item.error = -err;
	ret->item.file = facts->file;
	/* One that is longer than any label of a task can be told is none. */
	answer_str(ret, &ret->item.label,
		   facts->label_len && facts->label_len <= ATR_LABEL_MAX ? facts->label : NULL,
		   facts->label_len);
}

static void answer_name(const struct atr_need *need, const char *name, union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_NAME, sizeof(ret->name));
	ret->name.id = need->id;
	ret->name.group = need->type == ATR_NEED_GROUP;
	if (name && strlen(name) >= ATR_NAME_MAX)
		name = NULL;
	answer_str(ret, &ret->name.name, name, name ? strlen(name) : 0);
}

static void answer_label(const struct atr_need *need, const char *text, size_t len,
			 union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_LABEL, sizeof(ret->label));
	ret->label.sid = need->id;
	answer_str(ret, &ret->label.text, len ? text : NULL, len);
}

static void answer_place(const struct atr_need *need, const char *path, size_t len,
			 union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_PLACE, sizeof(ret->place));
	ret->place.file = *need->file;
	answer_str(ret, &ret->place.path, len ? path : NULL, len);
}

static void answer_address(const struct atr_need *need, const char *address, union atr_answer *ret)
{
	answer_begin(ret, ATR_KIND_ADDRESS, sizeof(ret->address));
	answer_str(ret, &ret->address.name, need->path, strlen(need->path));
	answer_str(ret, &ret->address.address, address, address ? strlen(address) : 0);
}

/* The first one, with the hints of libaudit's _resolve_addr(); NULL: none. */
static const char *address_look(const struct atr_need *need, char text[INET6_ADDRSTRLEN])
{
	const struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	const char *address = NULL;
	const void *binary;

	if (getaddrinfo(need->path, NULL, &hints, &list))
		return NULL;
	if (list->ai_family == AF_INET)
		binary = &((const struct sockaddr_in *)list->ai_addr)->sin_addr;
	else
		binary = &((const struct sockaddr_in6 *)list->ai_addr)->sin6_addr;
	if (list->ai_family == AF_INET || list->ai_family == AF_INET6)
		address = inet_ntop(list->ai_family, binary, text, INET6_ADDRSTRLEN);
	freeaddrinfo(list);
	return address;
}

/* NULL: it has none. Valid until the thread asks again. */
static const char *name_look(const struct atr_need *need)
{
	static __thread char text[1 << 18]; /* some groups have a great many members */
	struct passwd *user, user_buf;
	struct group *group, group_buf;

	if (need->type == ATR_NEED_GROUP)
		return !getgrgid_r(need->id, &group_buf, text, sizeof(text), &group) && group ?
			       group->gr_name :
			       NULL;
	return !getpwuid_r(need->id, &user_buf, text, sizeof(text), &user) && user ? user->pw_name :
										     NULL;
}

static void answer_account(const struct atr_need *need, union atr_answer *ret)
{
	struct account account;
	int err = account_find(need->pid, need->path, need->id, &account);

	answer_name(need, err ? NULL : account.name, ret);
	if (!err)
		ret->name.id = account.uid;
	else if (err == -ESRCH)
		ret->name.name.flags |= ATR_S_FAULT;
}

void lookup_nothing(const struct atr_need *need, union atr_answer *ret)
{
	static const struct file_facts no_facts = { .type = ATR_ANSWER_NONE };
	static const struct item_facts no_item;

	switch (need->type) {
	case ATR_NEED_FILE:
		answer_file(need, &no_facts, ret);
		break;
	case ATR_NEED_ITEM:
		answer_item(need, -ESRCH, &no_item, ret);
		break;
	case ATR_NEED_USER:
	case ATR_NEED_GROUP:
	case ATR_NEED_ACCOUNT:
		answer_name(need, NULL, ret);
		ret->name.name.flags |= ATR_S_FAULT;
		break;
	case ATR_NEED_LABEL:
		answer_label(need, NULL, 0, ret);
		break;
	case ATR_NEED_PLACE:
		answer_place(need, NULL, 0, ret);
		break;
	case ATR_NEED_ADDRESS:
		answer_address(need, NULL, ret);
		break;
	}
}

void lookup_answer(const struct atr_view *view, const struct atr_need *need, union atr_answer *ret)
{
	char label[LABEL_SIZE], address[INET6_ADDRSTRLEN], path[ATR_NAME_MAX];
	struct item_facts item;
	struct file_facts facts;
	int err;

	switch (need->type) {
	case ATR_NEED_FILE:
		file_look(view, need, &facts);
		answer_file(need, &facts, ret);
		break;
	case ATR_NEED_ITEM:
		memset(&item, 0, offsetof(struct item_facts, label));
		err = item_look(view, need, &item);
		answer_item(need, err, &item, ret);
		break;
	case ATR_NEED_USER:
	case ATR_NEED_GROUP:
		answer_name(need, name_look(need), ret);
		break;
	case ATR_NEED_ACCOUNT:
		answer_account(need, ret);
		break;
	case ATR_NEED_LABEL:
		answer_label(need, label, label_look(view, need, label), ret);
		break;
	case ATR_NEED_PLACE:
		answer_place(need, path, file_place(view, need, path), ret);
		break;
	case ATR_NEED_ADDRESS:
		answer_address(need, address_look(need, address), ret);
		break;
	}
}
