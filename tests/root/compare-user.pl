#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare-user.pl [OPTIONS] A B: the records of two audit logs that are not of system calls: what programs
# report about users, LOGIN and ANOM_ABEND, side by side. (Execs: compare.pl.)
#
# A is what kernel audit and auditd wrote, B what is to be equal. Records are paired by process, in their
# order; each text has to be the same, what auditd adds behind 0x1D too. Serials are not compared. Each
# difference that is not allowed is printed, the others are counted by their reason.
# Exit 0: nothing but allowed differences; 1: others; 2: usage.
#
#   --ms N          how far time stamps may differ (20)
#   --allowed FILE  the list of allowed differences
#   --login-alone   LOGIN without the SYSCALL and PROCTITLE of its event
#   --login-derived LOGIN of B is of the first that was seen of a session, perhaps another process, later: it
#                   has to be there for each session of which B has any record, once, with its numbers
#   --no-order      the records of each process in their order, but not those of all
#   --other-run     B is of another run of the same acts: pids and sessions have other numbers, terminals
#                   too, and time has passed; all records are one sequence
#   --skip PATTERN  without records whose text matches
#   --ours PATTERN  B has to have a pair of our own, of such a name, in the tail of each record
#   --refused N     so many records of B say REFUSED, which A does not have
#   --expect N      A must hold at least N records
#   --max N         so many differences are printed in full (200); all are counted
#   --verbose       print the allowed ones, too
use strict;
use warnings;
use Getopt::Long;

my %opt = (ms => 20, max => 200);
GetOptions(\%opt, 'ms=i', 'allowed=s', 'login-alone', 'login-derived', 'no-order', 'other-run', 'skip=s', 'ours=s',
	'refused=i', 'expect=i', 'max=i', 'verbose')
	&& @ARGV == 2 or die_usage();

# How far to look for the place where both go on alike.
use constant LOOK_AHEAD => 100;

# What autrail adds to a tail, and auditd does not know.
my $ours = qr/(?:CONTAINER|MNTNS|PIDNS|USERNS|INPID|INUID|DERIVED|REFUSED|AUTRAIL)/;
my $value = qr/(?:"[^"]*"|\{[^}]*\}|[^\s"{}]*)/;
my $pair = qr/[A-Z][A-Z0-9_-]*=$value/;

# Types of records, without names (auditd writes UNKNOWN[n]) by number.
my %wanted = map { $_ => 1 } qw(LOGIN ANOM_ABEND USER TEST TRUSTED_APP DAC_CHECK MAC_CHECK CHGRP_ID
	CHUSER_ID USYS_CONFIG SOFTWARE_UPDATE FS_RELABEL LABEL_OVERRIDE LABEL_LEVEL_CHANGE);
my $wanted = qr/^(?:USER_|CRED_|ADD_|DEL_|GRP_|ACCT_|ROLE_|RESP_|CRYPTO_|VIRT_|DEV_|SERVICE_|SYSTEM_
	|ANOM_(?!PROMISCUOUS|LINK|CREAT))/x;

my @allowed;	# [type, field, [terms], reason]
my %count = (pairs => 0, allowed => 0, bad => 0, refused => 0, ours => 0);
my %summary;
my $printed = 0;
my (%same_as, %same_as_b);	# --other-run: numbers of A and B that stand for each other

sub die_usage {
	print STDERR "usage: compare-user.pl [--ms N] [--allowed FILE] [--login-alone] [--login-derived] [--no-order] "
		. "[--other-run] [--skip PATTERN] [--ours PATTERN] [--refused N] [--expect N] [--max N] "
		. "[--verbose] A B\n";
	exit 2;
}

sub fail {
	print STDERR "compare-user.pl: @_\n";
	exit 2;
}

# --- the list of allowed differences ------------------------------------------------------------

sub read_allowed {
	my ($file) = @_;

	open(my $in, '<', $file) or fail("$file: $!");
	while (<$in>) {
		next if /^\s*(#|$)/;
		my ($type, $field, $terms, $reason) = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S.*?)\s*$/
			or fail("$file:$.: not: TYPE FIELD CONDITION REASON");
		for (split /,/, $terms) {
			/^(-|cached-title|(A|B|[\w.-]+)[=~].*)$/ or fail("$file:$.: unknown condition $_");
		}
		push @allowed, [$type, $field, [split /,/, $terms], $reason];
	}
	close $in;
}

sub holds {
	my ($term, $record, $value_a, $value_b) = @_;

	return 1 if $term eq '-';
	# Kernel audit keeps a task's title from its first logged event on.
	return defined $record->{cached} && defined $value_a && $record->{cached} eq $value_a
		if $term eq 'cached-title';
	my ($what, $how, $want) = $term =~ /^([^=~]+)([=~])(.*)$/;
	my $has = $what eq 'A' ? $value_a : $what eq 'B' ? $value_b : field_of($record, $what);
	return defined $has && ($how eq '=' ? $has eq $want : $has =~ /$want/);
}

sub reason_for {
	my ($record, $field, $value_a, $value_b) = @_;

	RULE: for (@allowed) {
		my ($type, $name, $terms, $reason) = @$_;
		next if ($type ne '*' && $type ne $record->{type}) || ($name ne '*' && $name ne $field);
		for my $term (@$terms) {
			next RULE if !holds($term, $record, $value_a, $value_b);
		}
		return $reason;
	}
	return undef;
}

# --- reading ------------------------------------------------------------------------------------

sub is_wanted {
	my ($type) = @_;

	return $wanted{$type} || $type =~ $wanted if $type !~ /^UNKNOWN\[(\d+)\]$/;
	return ($1 >= 1100 && $1 <= 1199) || ($1 >= 2100 && $1 <= 2999);
}

# The tail, where there is one: pairs, and nothing else, behind the last 0x1D.
sub split_tail {
	my ($text) = @_;

	return $text =~ /^(.*)\x1d($pair(?: $pair)*)$/s ? ($1, $2) : ($text, '');
}

# Takes our pairs off the end of a tail. ([the others], [ours])
sub split_ours {
	my ($tail) = @_;
	my @pairs = $tail =~ /($pair)(?: |$)/g;
	my @own;

	unshift @own, pop @pairs while @pairs && $pairs[-1] =~ /^$ours=/;
	return (join(' ', @pairs), \@own);
}

sub read_log {
	my ($file, $is_b) = @_;
	my (@records, %event, %caller, %title);

	open(my $in, '<:raw', $file) or fail("$file: $!");
	while (my $line = <$in>) {
		chomp $line;
		# type=NAME msg=audit(SEC.MS:SERIAL): BODY
		my ($type, $id, $body) = $line =~ /^type=(\S+) msg=audit\(([0-9.:]+)\): (.*)$/s or next;
		$caller{$id} = $1 if $type eq 'SYSCALL' && $body =~ / pid=(\d+) /;
		if ($type eq 'PROCTITLE' && defined $caller{$id}) {
			my $pid = delete $caller{$id};
			$event{$id}{cached} = $title{$pid} if $event{$id};
			($title{$pid}) = $body =~ /^proctitle=(\S+)/;
		}
		if (($type eq 'SYSCALL' || $type eq 'PROCTITLE') && $event{$id}) {
			push @{$event{$id}{with}}, [$type, $body];
			next;
		}
		next if !is_wanted($type) || (defined $opt{skip} && $body =~ /$opt{skip}/);
		my ($text, $tail) = split_tail($body);
		my $own = [];
		($tail, $own) = split_ours($tail) if $is_b;
		if (grep { /^REFUSED=/ } @$own) {
			$count{refused}++;
			next if defined $opt{refused};
		}
		$count{ours}++ if defined $opt{ours} && grep { /^(?:$opt{ours})=/ } @$own;
		my ($pid) = $text =~ /(?:^| )pid=(\d+)/;
		my $record = {
			type => $type, id => $id, text => $text, tail => $tail, own => $own,
			pid => $pid // 0, nth => scalar @records, with => [],
		};
		$event{$id} = $record if $type eq 'LOGIN';
		push @records, $record;
	}
	close $in;
	return \@records;
}

sub ms_of {
	my ($sec, $ms) = $_[0]{id} =~ /^(\d+)\.(\d+)/;

	return $sec * 1000 + $ms;
}

# [[name, value], ...]. What is within msg='' has no rules but the sender's: if it can be taken apart the
# usual way, its fields, else one.
sub fields {
	my ($text) = @_;
	my ($head, $message) = $text =~ /^(.*?) (msg='.*)$/s;
	my @fields;

	for (split / /, $head // $text) {
		push @fields, /^([^=]+)=(.*)$/s ? [$1, $2] : [$_, ''];
	}
	return @fields if !defined $message;
	my $mixed = $message =~ / (?:pid|uid|auid|ses|subj|msg)=/;
	if (!$mixed && $message =~ /^msg='(op=[^=]*?)((?: [a-z-]+=(?:"[^"']*"|[^\s"']*))+)'$/) {
		my ($op, $rest) = ($1, $2);
		push @fields, ['op', substr $op, 3];
		push @fields, [$1, $2] while $rest =~ / ([a-z-]+)=("[^"]*"|\S*)/g;
	} else {
		push @fields, ['msg', substr $message, 4];
	}
	return @fields;
}

sub field_of {
	my ($record, $name) = @_;

	for (fields($record->{text})) {
		return $_->[1] if $_->[0] eq $name;
	}
	return undef;
}

# --- comparing ----------------------------------------------------------------------------------

sub shortened {
	my ($text) = @_;

	return '(none)' if !defined $text;
	$text =~ s/([^\x20-\x7e])/sprintf('\x%02x', ord $1)/ge;
	return length $text > 400 ? substr($text, 0, 400) . '…' . length($text) : $text;
}

sub difference {
	my ($record, $field, $value_a, $value_b) = @_;
	my $reason = reason_for($record, $field, $value_a, $value_b);

	$count{defined $reason ? 'allowed' : 'bad'}++;
	$summary{"$record->{type} $field: " . ($reason // 'NOT ALLOWED')}++;
	return if $printed >= $opt{max} || (defined $reason && !$opt{verbose});
	$printed++;
	printf "%s pid=%s audit(%s) %s: A=%s B=%s : %s\n", $record->{type}, $record->{pid}, $record->{id},
		$field, shortened($value_a), shortened($value_b), $reason // 'NOT ALLOWED';
}

# What stands for a record where it is looked for. Another run: without what another run has otherwise.
sub key_of {
	my ($record) = @_;

	return $record->{key} //= do {
		my $key = "$record->{type} $record->{text}";
		$opt{'other-run'} ? other_key($key) : $key;
	};
}

sub other_key {
	my ($key) = @_;

	$key =~ s/\b((?:old-)?(?:pid|ses))=\d+/$1=#/g;
	$key =~ s{\b(terminal|tty)=((?:/dev/)?pts/?)\d+}{$1=$2#}g;
	return $key;
}

# The numbers of B that stand for those of A, one for one.
sub stands_for {
	my ($record, $field, $number_a, $number_b) = @_;
	my $kind = $field =~ /pid/ ? 'pid' : 'ses';

	# No session is none in every run.
	my $unset = grep { $_ == 4294967295 } $number_a, $number_b;
	my $a = $same_as{"$kind $number_a"} //= $number_b;
	my $b = $same_as_b{"$kind $number_b"} //= $number_a;
	return if $a == $number_b && $b == $number_a && (!$unset || $number_a == $number_b);
	difference($record, $field, $number_a, "$number_b, else $a");
}

sub compare_texts {
	my ($record, $what, $text_a, $text_b) = @_;
	my @a = fields($text_a);
	my @b = fields($text_b);
	my %a = map { $_->[0] => $_->[1] } @a;
	my %b = map { $_->[0] => $_->[1] } @b;
	my $before = $count{allowed} + $count{bad};

	for (@a) {
		my ($name, $has) = @$_;
		next if defined $b{$name} && $b{$name} eq $has;
		next if $opt{'other-run'} && defined $b{$name}
			&& other_key(" $name=$has") eq other_key(" $name=$b{$name}");
		difference($record, "$what$name", $has, $b{$name});
	}
	difference($record, "$what$_->[0]", undef, $_->[1]) for grep { !defined $a{$_->[0]} } @b;
	# The same fields, and yet not the same text: their order, or blanks.
	my ($key_a, $key_b) = $opt{'other-run'} ? map { other_key($_) } $text_a, $text_b : ($text_a, $text_b);
	difference($record, "${what}text", $text_a, $text_b)
		if $before == $count{allowed} + $count{bad} && $key_a ne $key_b;
}

sub compare_companions {
	my ($rec_a, $rec_b) = @_;
	my ($types_a, $types_b) = map { join ' ', map { $_->[0] } @{$_->{with}} } $rec_a, $rec_b;

	return difference($rec_a, 'records', $types_a, $types_b) if $types_a ne $types_b;
	for my $i (0 .. $#{$rec_a->{with}}) {
		my ($type, $body_a) = @{$rec_a->{with}[$i]};
		my ($text_a, $tail_a) = split_tail($body_a);
		my ($text_b, $tail_b) = split_tail($rec_b->{with}[$i][1]);
		($tail_b) = split_ours($tail_b);
		compare_texts($rec_a, "$type.", $text_a, $text_b) if $text_a ne $text_b;
		difference($rec_a, "$type.tail", $tail_a, $tail_b) if $tail_a ne $tail_b;
	}
}

sub compare {
	my ($rec_a, $rec_b) = @_;

	$count{pairs}++;
	$rec_b->{pair} = $rec_a->{nth};
	difference($rec_a, 'type', $rec_a->{type}, $rec_b->{type}) if $rec_a->{type} ne $rec_b->{type};
	compare_texts($rec_a, '', $rec_a->{text}, $rec_b->{text}) if $rec_a->{text} ne $rec_b->{text};
	if ($opt{'other-run'}) {
		for my $field (qw(pid ses old-ses)) {
			my ($number_a, $number_b) = map { $_->{text} =~ /(?:^| )$field=(\d+)/ } $rec_a, $rec_b;
			stands_for($rec_a, $field, $number_a, $number_b) if defined $number_b;
		}
		return;
	}
	my $apart = ms_of($rec_b) - ms_of($rec_a);
	difference($rec_a, 'time', $rec_a->{id}, $rec_b->{id}) if abs $apart > $opt{ms};
	difference($rec_a, 'tail', $rec_a->{tail}, $rec_b->{tail}) if $rec_a->{tail} ne $rec_b->{tail};
	compare_companions($rec_a, $rec_b) if $rec_a->{type} eq 'LOGIN' && !$opt{'login-alone'};
}

# --- pairing ------------------------------------------------------------------------------------

# How far ahead in a list the same record is, undef if not near.
sub ahead {
	my ($list, $at, $record) = @_;

	for my $i ($at .. $at + LOOK_AHEAD) {
		last if $i > $#$list;
		return $i - $at if key_of($list->[$i]) eq key_of($record);
	}
	return undef;
}

# Two lists of which all should be equal, in order. Where they are not, the nearer place in either where
# they go on alike decides which has more; if there is none, the two differ.
sub pair_up {
	my ($list_a, $list_b) = @_;
	my ($a, $b) = (0, 0);

	while ($a < @$list_a && $b < @$list_b) {
		my ($rec_a, $rec_b) = ($list_a->[$a], $list_b->[$b]);
		if (key_of($rec_a) ne key_of($rec_b)) {
			my $more_a = ahead($list_a, $a, $rec_b);
			my $more_b = ahead($list_b, $b, $rec_a);
			if (defined $more_b && (!defined $more_a || $more_b <= $more_a)) {
				missing($list_b->[$b++], 'a');
				next;
			}
			if (defined $more_a || $rec_a->{type} ne $rec_b->{type}) {
				missing($list_a->[$a++], 'b');
				next;
			}
		}
		compare($rec_a, $rec_b);
		$a++;
		$b++;
	}
	missing($_, 'b') for @{$list_a}[$a .. $#$list_a];
	missing($_, 'a') for @{$list_b}[$b .. $#$list_b];
}

sub missing {
	my ($record, $side) = @_;
	my $text = join "\x1d", grep { $_ ne '' } $record->{text}, $record->{tail}, join ' ', @{$record->{own}};

	difference($record, "missing-in-$side", $side eq 'b' ? $text : undef, $side eq 'b' ? undef : $text);
}

# LOGIN by session. Both lists are then without. A change that failed is none that could be seen.
sub pair_derived {
	my ($list_a, $list_b) = @_;
	my (%login, %seen);

	for (@$list_b) {
		my ($ses) = $_->{text} =~ / ses=(\d+)/ or next;
		$seen{$ses} = 1 if $_->{type} ne 'LOGIN';
		push @{$login{$ses}}, $_ if $_->{type} eq 'LOGIN';
	}
	for my $record (grep { $_->{type} eq 'LOGIN' } @$list_a) {
		my ($auid, $ses, $res) = map { field_of($record, $_) } qw(auid ses res);
		my $other = shift @{$login{$ses} || []};
		if ($other) {
			$count{pairs}++;
			for my $field (qw(uid auid ses res)) {
				my ($value_a, $value_b) = map { field_of($_, $field) } $record, $other;
				difference($record, $field, $value_a, $value_b) if $value_a ne ($value_b // '');
			}
		} elsif ($res && $auid != 4294967295 && $seen{$ses}) {
			missing($record, 'b');
		}
	}
	missing($_, 'a') for map { @$_ } values %login;
	return map { [grep { $_->{type} ne 'LOGIN' } @$_] } $list_a, $list_b;
}

sub by_process {
	my %of;

	push @{$of{$_->{pid}}}, $_ for @{$_[0]};
	return \%of;
}

# Where a record of B is behind one that A has later.
sub check_order {
	my ($records) = @_;
	my $last;

	for (grep { defined $_->{pair} } @$records) {
		difference($_, 'order', "before audit($last->{id}) $last->{type}", 'after it')
			if $last && $_->{pair} < $last->{pair};
		$last = $_ if !$last || $_->{pair} > $last->{pair};
	}
}

sub must_be {
	my ($what, $is, $want, $least) = @_;

	return 0 if !defined $want || ($least ? $is >= $want : $is == $want);
	print "$what: $is, not ", $least ? 'at least ' : '', "$want\n";
	return 1;
}

read_allowed($opt{allowed}) if defined $opt{allowed};
my $log_a = read_log($ARGV[0], 0);
my $log_b = read_log($ARGV[1], 1);
my ($rest_a, $rest_b) = ($log_a, $log_b);
($rest_a, $rest_b) = pair_derived($log_a, $log_b) if $opt{'login-derived'} && !$opt{'other-run'};
($rest_a, $rest_b) = map { [grep { $_->{type} ne 'LOGIN' } @$_] } $log_a, $log_b
	if $opt{'login-derived'} && $opt{'other-run'};
if ($opt{'other-run'}) {
	pair_up($rest_a, $rest_b);
} else {
	my ($of_a, $of_b) = (by_process($rest_a), by_process($rest_b));
	my %pids = (%$of_a, %$of_b);
	pair_up($of_a->{$_} || [], $of_b->{$_} || []) for sort { $a <=> $b } keys %pids;
	check_order($rest_b) if !$opt{'no-order'};
}
my $wrong = must_be('records of A', scalar @$log_a, $opt{expect}, 1);
$wrong += must_be('records of B that say REFUSED', $count{refused}, $opt{refused});
$wrong += must_be('records of B with a pair of ours', $count{ours}, scalar @$log_b) if defined $opt{ours};
print "$summary{$_} x $_\n" for sort keys %summary;
print "records: A ", scalar @$log_a, ", B ", scalar @$log_b, ", paired $count{pairs}; ",
	"differences: $count{allowed} allowed, $count{bad} not allowed\n";
exit($count{bad} || $wrong ? 1 : 0);
