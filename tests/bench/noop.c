/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the storm executes: linked statically, so that the exec is nearly all there is to time. */
int main(void)
{
	return 0;
}
