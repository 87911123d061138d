#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mix.pl [OPTIONS] EVENTS: an audit log of such a mix as a day has: execs, failed ones, long arguments,
# logins, what programs report. The same options and seed give the same log.
#
#   --seed N      another mix (1)
#   --ours        as autrail writes it: serials from the upper half
#   --enriched    with names behind 0x1D
#   --node NAME   of this host
#   --start SEC   begins then (1795223700)
#   --step MS     time between events, on average (20)
use strict;
use warnings;
use Getopt::Long;

my %opt = (seed => 1, start => 1795223700, step => 20);
GetOptions(\%opt, 'seed=i', 'ours', 'enriched', 'node=s', 'start=i', 'step=f') && @ARGV == 1
	or die "usage: mix.pl [--seed N] [--ours] [--enriched] [--node NAME] [--start SEC] [--step MS] EVENTS\n";

my ($ms, $serial) = ($opt{start} * 1000, $opt{ours} ? 0x80000000 : 100);
my ($pid, $ses, $state, $id) = (1000, 1, $opt{seed}, '');
my $node = defined $opt{node} ? "node=$opt{node} " : '';
my $file = 'mode=0100755 ouid=0 ogid=0 rdev=00:00';
my $caps = 'cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0';

# The same numbers on every machine.
sub number {
	my ($below) = @_;

	$state = ($state * 1103515245 + 12345) % 2147483648;
	return int($state / 65536) % $below;
}

sub record {
	my ($type, $body, $tail) = @_;

	print "${node}type=$type msg=audit($id): $body",
		$opt{enriched} && defined $tail ? "\x1d$tail" : '', "\n";
}

sub call_record {
	my ($arch, $nr, $exit, $items, $comm, $exe, $auid) = @_;

	record('SYSCALL', sprintf('arch=%s syscall=%d success=%s exit=%d a0=5581%08x a1=5581%08x a2=7ffc%08x '
		. 'a3=8 items=%d ppid=%d pid=%d auid=%d uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 '
		. 'tty=pts0 ses=%d comm="%s" exe="%s" key=%s', $arch, $nr, $exit < 0 ? 'no' : 'yes', $exit,
		number(1 << 15), number(1 << 15), number(1 << 15), $items, $pid - 1, $pid, $auid, $ses, $comm,
		$exe, number(4) ? '"commands"' : '(null)'),
		'ARCH=x86_64 SYSCALL=execve AUID="ann" UID="root" GID="root" EUID="root" SUID="root" '
		. 'FSUID="root" EGID="root" SGID="root" FSGID="root"');
}

sub path {
	my ($item, $name, $known) = @_;

	record('PATH', "item=$item name=\"$name\" "
		. ($known ? 'inode=' . (1000 + length $name) . " dev=fe:00 $file nametype=NORMAL $caps"
			: "nametype=UNKNOWN $caps"), 'OUID="root" OGID="root"');
}

sub exec_event {
	my ($long) = @_;
	my $name = ('ls', 'cat', 'sed', 'cc1', 'dpkg', 'sh')[number(6)];
	my @args = ($name, map { ('-l', '/tmp/file', '2F6120646972')[number(3)] } 1 .. number(4));

	call_record(number(20) ? ('c000003e', 59) : ('40000003', 11), 0, 2, $name, "/usr/bin/$name", 1000);
	my $text = 'argc=' . (@args + ($long ? 1 : 0));
	for my $i (0 .. $#args) {
		$text .= " a$i=" . ($args[$i] =~ /^2F/ ? $args[$i] : "\"$args[$i]\"");
	}
	if ($long) {
		my $n = @args;
		record('EXECVE', "$text a${n}_len=12000 a${n}[0]=" . '41' x 3000);
		record('EXECVE', " a${n}[1]=" . '42' x 3000);
	} else {
		record('EXECVE', $text);
	}
	record('CWD', 'cwd="/home/ann"');
	path(0, "/usr/bin/$name", 1);
	path(1, '/lib64/ld-linux-x86-64.so.2', 1);
	record('PROCTITLE', 'proctitle=' . uc unpack 'H*', "$name\0-l");
}

sub failed_event {
	my $name = '/opt/nothing' . number(100);

	call_record('c000003e', 59, (-2, -13)[number(2)], 1, 'sh', '/usr/bin/dash', 1000);
	record('CWD', 'cwd="/"');
	path(0, $name, 0);
	record('PROCTITLE', 'proctitle="sh"');
}

sub user_event {
	my $type = ('USER_AUTH', 'USER_ACCT', 'CRED_ACQ', 'USER_START', 'USER_END', 'USER_CMD')[number(6)];
	my $message = $type eq 'USER_CMD' ? 'cwd="/root" cmd=6C73202D6C exe="/usr/bin/sudo" terminal=pts/0'
		: "op=PAM:thing grantors=pam_unix acct=\"ann\" exe=\"/usr/sbin/sshd\" hostname=10.0.0." . number(250)
		. ' addr=10.0.0.1 terminal=ssh';

	record($type, "pid=$pid uid=0 auid=1000 ses=$ses msg='$message res=success'", 'UID="root" AUID="ann"');
}

sub login_event {
	$ses++;
	record('LOGIN', "pid=$pid uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=$ses res=1",
		'UID="root" OLD-AUID="unset" AUID="ann"');
	call_record('c000003e', 1, 4, 0, 'sshd', '/usr/sbin/sshd', 1000);
	record('PROCTITLE', 'proctitle=737368643A20616E6E205B707269765D');
}

for (1 .. $ARGV[0]) {
	$ms += 1 + int(number(2 * $opt{step} * 16) / 16);
	$serial++;
	$pid = $pid < 60000 ? $pid + 1 + number(3) : 1000;
	$id = sprintf '%d.%03d:%d', $ms / 1000, $ms % 1000, $serial;
	my $kind = number(100);
	if ($kind < 62) {
		exec_event(0);
	} elsif ($kind < 65) {
		exec_event(1);
	} elsif ($kind < 75) {
		failed_event();
	} elsif ($kind < 98) {
		user_event();
	} else {
		login_event();
	}
}
