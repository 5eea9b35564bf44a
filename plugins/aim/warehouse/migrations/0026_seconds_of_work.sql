-- What hangs together is looked into by itself, so the parts of one group may run side by side.
comment on column ops.attacks.seconds is
'Seconds of work that hiding and attacking took: parts that ran side by side are added up.';
