/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/event/clock.h"

#include <string.h>

#define NSEC 1000000000ULL

void clock_add(struct atr_clock_state *state, const struct atr_clock *clock)
{
	unsigned int n = state->n;

	if (n == ATR_CLOCKS_KEPT) {
		memmove(&state->kept[0], &state->kept[1], (n - 1) * sizeof(state->kept[0]));
		n--;
	}
	state->kept[n].from = clock->hdr.time;
	state->kept[n].real_boot = clock->real_boot;
	state->kept[n].tai_real = clock->tai_real;
	state->n = n + 1;
}

/* The CLOCK that held at boot: the last one from before, or the first of all. */
static int clock_at(const struct atr_clock_state *state, __u64 boot)
{
	int i;

	for (i = (int)state->n - 1; i > 0; i--)
		if (state->kept[i].from <= boot)
			return i;
	return (int)state->n - 1 < 0 ? -1 : 0;
}

/* audit_log_start(): tv_nsec / 1000000, so milliseconds are cut off and not rounded. */
static void clock_split(__u64 ns, __u64 *ret_sec, unsigned int *ret_ms)
{
	*ret_sec = ns / NSEC;
	*ret_ms = ns % NSEC / 1000000;
}

void clock_real_boot(const struct atr_clock_state *state, __u64 boot, __u64 *ret_sec,
		     unsigned int *ret_ms)
{
	int i = clock_at(state, boot);

	clock_split(i < 0 ? boot : boot + (__u64)state->kept[i].real_boot, ret_sec, ret_ms);
}

void clock_real(const struct atr_clock_state *state, const struct atr_hdr *hdr, __u64 *ret_sec,
		unsigned int *ret_ms)
{
	int i = clock_at(state, hdr->time);

	/*
	 * TAI is stepped together with real time, so a step between the event and the CLOCK that
	 * tells of it does no harm: the kernel's own reading wins over our arithmetic.
	 */
	if (i >= 0 && hdr->tai)
		clock_split(hdr->tai - (__u64)state->kept[i].tai_real, ret_sec, ret_ms);
	else
		clock_real_boot(state, hdr->time, ret_sec, ret_ms);
}
