#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# openmetrics.pl [FILE]: checks OpenMetrics 1.0 text, by its grammar as far as autrail uses it, and that the older
# parser of Prometheus (expfmt, node_exporter's) takes it as well; prints "NAME{LABEL="VALUE",…} NUMBER" for each
# sample, labels in order of their names.
use strict;
use warnings;

local $/;
my $text = <>;
die "no end\n" unless $text =~ s/^# EOF\n\z//m;
die "an end before the end\n" if $text =~ /^# EOF/m;
die "the last line has no end\n" if length $text && $text !~ /\n\z/;

my (%type, %help, %seen, %done, $family);

sub family_of {
	my ($name) = @_;

	return $name if exists $type{$name};
	(my $base = $name) =~ s/_total$//;
	return $base if exists $type{$base} && $type{$base} eq 'counter';
	die "$name has no type\n";
}

sub labels_of {
	my ($labels) = @_;
	my %label;

	return '' unless defined $labels;
	while (length $labels) {
		$labels =~ s/^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|\z)//
			or die "what is {$labels}?\n";
		die "label $1 twice\n" if exists $label{$1};
		$label{$1} = $2;
	}
	return '{' . join(',', map { "$_=\"$label{$_}\"" } sort keys %label) . '}';
}

for my $line (split /\n/, $text) {
	if ($line =~ /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S+)$/) {
		my ($name, $is) = ($1, $2);

		die "type of $name twice\n" if exists $type{$name};
		# What expfmt does not know stops it.
		die "type $is\n" unless $is =~ /^(?:counter|gauge)$/;
		$type{$name} = $is;
		$done{$family} = 1 if defined $family;
		$family = $name;
	} elsif ($line =~ /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\[\\n"])+$/) {
		die "help of $1 twice, or not with its type\n" if $help{$1}++ || $1 ne $family;
	} elsif ($line =~ /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([0-9]+(?:\.[0-9]+)?)$/) {
		my ($name, $labels, $value) = ($1, $2, $3);
		my $of = family_of($name);

		die "$name is not with its family\n" if $of ne $family || $done{$of};
		die "$name: a counter ends in _total\n" if ($type{$of} eq 'counter') != ($name ne $of);
		die "$of has no help\n" unless $help{$of};
		my $sample = $name . labels_of($labels);
		die "$sample twice\n" if $seen{$sample}++;
		print "$sample $value\n";
	} else {
		die "what is this: $line\n";
	}
}
