#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# frames.pl STRINGS BINARY: what a daemon handed to a plugin of either format. Each frame has to have the
# right header, and the text of the line in the same place; from what is known of a type's name and number
# comes "NAME NUMBER VERSION" for each type, in order.
use strict;
use warnings;

my ($header, $data) = (16, 8970);
open(my $strings, '<:raw', $ARGV[0]) or die "$ARGV[0]: $!\n";
open(my $binary, '<:raw', $ARGV[1]) or die "$ARGV[1]: $!\n";
my (%types, $n);

while (my $line = <$strings>) {
	$n++;
	my $got = read($binary, my $frame, $header + $data) // 0;
	$got == $header + $data or die "frame $n: $got bytes\n";
	my ($version, $length, $type, $size) = unpack('L4', $frame);
	$length == $header or die "frame $n: hlen $length\n";
	$size <= $data or die "frame $n: size $size\n";
	my $text = substr($frame, $header, $size);
	my ($name) = $line =~ /^(?:node=\S+ )?type=(\S+) msg=/ or die "line $n: no type\n";
	my $want = $line;
	chomp $want;
	$want =~ s/^type=\S+ msg=// if !$version;
	# What the kernel sends may end with a zero, or have lines of its own.
	$text =~ s/\0$//;
	$text =~ tr/\n/ /;
	$text eq $want or die "frame $n: is  $text\n" . "line $n: has $want\n";
	$types{"$name $type $version"}++;
}
read($binary, my $more, 1) and die "more frames than $n\n";
print "$_\n" for sort keys %types;
