/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that is statically linked and stays for a moment: long enough that a tracer which
 * looks up something afterwards still finds the process, its root and its namespaces.
 */
#include <time.h>

int main(void)
{
	const struct timespec moment = { .tv_nsec = 400 * 1000 * 1000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
	return 0;
}
