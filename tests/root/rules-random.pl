#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rules-random.pl SEED N: N random rule sets, in the form of rules.sets, for the acts of tests/actors/varied.c.
# The same of the same seed on any machine.
use strict;
use warnings;

@ARGV == 2 or die "usage: rules-random.pl SEED N\n";
my ($seed, $n) = @ARGV;
my $state = $seed & 0xffffffff;

# Perl's own generator is not the same everywhere.
sub rnd {
	my ($below) = @_;

	$state = ($state * 1664525 + 1013904223) & 0xffffffff;
	return int(($state >> 8) * $below / (1 << 24));
}

sub pick { $_[rnd(scalar @_)] }

sub chance { rnd(100) < $_[0] }

my @uids = (0, 1000, 65534, 1001, 500);
my @gids = (0, 1000, 1001, 1002, 7, 65534);
my @equal = qw(= != = =);
my @order = (@equal, qw(< <= > >=));
my @bits = (@order, qw(& &=));
my @files = qw(@D@/prog @D@/soft @D@/hard @D@/theirs @D@/suid-root @D@/suid @D@/script @D@/script-2 @D@/plain
	@D@/sub/below @D@/subway/below @D@/noise /usr/bin/true /bin/true @D@/nowhere @B@/varied @B@/exec32.m32);
my @dirs = qw(@D@ @D@/sub @D@/locked @D@/subway /usr/bin /bin /usr/lib /);

# Name, operators, values. One of a kind in a rule; those of "one" exclude each other.
my @fields = (
	(map { [$_, \@order, \@uids] } qw(uid euid suid fsuid)),
	(map { [$_, \@order, \@gids] } qw(gid egid sgid fsgid gid egid)),
	['auid', \@order, [1000, 65534, 0]],
	['auid', ['=', '!='], ['unset', '-1']],
	['sessionid', ['=', '!='], ['-1', 1]],
	['ppid', ['=', '='], ['@P@']],
	['success', ['=', '!='], [0, 1]],
	['exit', \@order, ['-ENOENT', '-EACCES', '-8', 0, '-ENOTDIR']],
	['a0', \@bits, [9, '0xffffff9c', 1]],
	['a1', \@bits, [0, 1, '0xff0']],
	['a2', \@bits, [0, 1, 8]],
	['a3', \@bits, ['0x75', '0x70', 0]],
	['pers', \@bits, [0, '0x40000', 8]],
	['exe', ['=', '!='], \@files, 'exe'],
	['exe', ['='], \@files, 'exe'],
	['path', ['='], \@files, 'file'],
	['path', ['='], \@files, 'file'],
	['dir', ['='], \@dirs, 'file'],
	['inode', ['=', '!='], ['@I@'], 'file'],
	['devmajor', \@order, ['@MA@', 0, 1]],
	['devminor', \@bits, ['@MI@', 0, 3]],
	['obj_uid', \@order, \@uids],
	['obj_gid', \@order, \@gids],
	['filetype', ['=', '!='], [qw(file dir character fifo)]],
	['perm', ['='], [qw(x rx wa rwxa)]],
	['pid', ['!=', '>'], [1]],
);
my @compared = (
	[qw(uid euid suid fsuid auid obj_uid)],
	[qw(gid egid sgid fsgid obj_gid)],
);
my @types = qw(USER TEST TRUSTED_APP USER_LOGIN);
my @records = qw(CWD PATH EXECVE PROCTITLE BPRM_FCAPS SYSCALL USER TEST USER_LOGIN);

# -C: no field with itself, nothing of the file on both sides, and audit knows no auid with gids.
sub comparison {
	my @of = @{pick(@compared)};
	my $left = splice @of, rnd(scalar @of), 1;

	return " -C $left" . pick('=', '!=') . pick(@of);
}

sub conditions {
	my ($n) = @_;
	my (%used, $text);

	$text = '';
	while ($n-- > 0) {
		my ($name, $ops, $values, $kind) = @{pick(@fields)};
		next if $used{$kind // $name}++;
		$text .= " -F $name" . pick(@$ops) . pick(@$values);
	}
	$text .= comparison() if chance(15);
	return $text;
}

my @calls = (
	('-F arch=b64 -S execve') x 4,
	('-F arch=b64 -S execve,execveat') x 4,
	'-F arch=b64 -S execveat',
	('-F arch=b32 -S execve') x 2,
	'-S execve', '-S all', '-F arch=b64 -S openat,execve', '-F arch!=b32 -S all',
);

sub exit_rule {
	my ($nth) = @_;
	my $call = pick(@calls);
	my $conditions = conditions(rnd(4));
	my $how = chance(15) ? '-A' : '-a';
	my $rule = "$how " . (chance(25) ? 'never' : 'always') . ",exit $call$conditions";

	# Else each call of the machine may be in the log.
	$rule .= ' -F ppid=@P@' if $rule !~ /ppid=/ && (chance(70) || $call =~ /all|openat/);
	$rule .= " -k k$nth" if chance(80);
	$rule .= ' -k other' if $rule =~ / -k / && chance(10);
	return $rule;
}

sub user_conditions {
	my ($msgtypes) = @_;
	my $text = '';

	$text .= ' -F msgtype' . pick(@order) . pick(@$msgtypes) if chance(70);
	$text .= ' -F uid' . pick(@order) . pick(0, 1000, 65534) if chance(30);
	$text .= ' -F gid' . pick('=', '!=') . pick(0, 1000, 1002) if chance(20);
	$text .= ' -F auid' . pick('=', '!=') . pick('unset', 1000) if chance(20);
	$text .= ' -F exe' . pick('=', '!=') . pick('@B@/varied', '@D@/prog', '@D@/soft') if chance(20);
	return $text || ' -F uid=1000';
}

sub rule {
	my ($nth) = @_;

	return '-a ' . pick('never', 'always') . ',user' . user_conditions(\@types) if chance(8);
	return '-a ' . pick('never', 'always') . ',exclude' . user_conditions(\@records) if chance(8);
	return '-w ' . pick(@files, @dirs) . ' -p ' . pick('x', 'rx', 'wa') . " -k k$nth" if chance(5);
	return exit_rule($nth);
}

for my $set (1 .. $n) {
	my %is;

	print "== random-$seed-$set\n";
	for my $nth (1 .. 1 + rnd(8)) {
		my $rule = rule($nth);
		print "$rule\n" if !$is{$rule =~ s/^-A/-a/r}++;
	}
}
