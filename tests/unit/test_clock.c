// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/tap.h"
#include "user/event/clock.h"

#define SEC 1000000000ULL

static struct atr_clock_state state;

static void add(__u64 from, __s64 real_boot, __s64 tai_real)
{
	struct atr_clock clock = { .hdr.time = from, .real_boot = real_boot, .tai_real = tai_real };

	clock_add(&state, &clock);
}

static void check(__u64 time, __u64 tai, const char *want, const char *what)
{
	struct atr_hdr hdr = { .time = time, .tai = tai };
	unsigned int ms;
	char got[64];
	__u64 sec;

	clock_real(&state, &hdr, &sec, &ms);
	snprintf(got, sizeof(got), "%llu.%03u", sec, ms);
	is_str(got, want, what);
}

int main(void)
{
	unsigned int ms, i;
	__u64 sec;

	check(5 * SEC + 1999999, 0, "5.001", "without a CLOCK it is boot time; ms are truncated");
	check(5 * SEC, 9 * SEC, "5.000", "and TAI tells nothing");
	add(10 * SEC, 1000 * SEC, 37 * SEC);
	check(20 * SEC + 7000000, 0, "1020.007", "boot time and its distance");
	check(5 * SEC, 0, "1005.000", "before the first CLOCK the first one holds");
	check(20 * SEC, 1057 * SEC + 999999999, "1020.999", "TAI wins where it is known");
	add(30 * SEC, 5000 * SEC, 37 * SEC);
	check(29 * SEC, 0, "1029.000", "an event from before a step");
	check(30 * SEC, 0, "5030.000", "an event from after it");
	check(29 * SEC, 5066 * SEC, "5029.000", "TAI is right even between step and CLOCK");
	clock_real_boot(&state, 12 * SEC + 345000000, &sec, &ms);
	is_int(sec, 1012, "a bare boot time: seconds");
	is_int(ms, 345, "and milliseconds");
	for (i = 4; i < 14; i++)
		add(10 * i * SEC, 1000 * i * SEC, 0);
	is_int(state.n, ATR_CLOCKS_KEPT, "only the last ones are kept");
	check(131 * SEC, 0, "13131.000", "the newest");
	check(61 * SEC, 0, "6061.000", "the oldest that is kept");
	check(20 * SEC, 0, "6020.000", "what is older goes by it, too");
	memset(&state, 0, sizeof(state));
	add(0, -5 * (__s64)SEC, 0);
	check(7 * SEC, 0, "2.000", "real time can be behind boot time");
	return tap_done();
}
