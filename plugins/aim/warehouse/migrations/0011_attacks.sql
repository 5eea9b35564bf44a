-- What each release's numbers were put to before it: everything published that is attacked together, in one year.

create table ops.attacks (
    release_id bigint not null references ops.releases,
    attacked_with text not null,
    attacked_year integer not null,
    cells bigint not null,
    cells_to_protect bigint not null,
    cells_hidden bigint not null,
    counted numeric not null,
    counted_hidden numeric not null,
    breaches bigint not null,
    seconds numeric not null,
    primary key (release_id, attacked_with, attacked_year)
);
comment on table ops.attacks is
'One row per release round, group of indicators attacked together and calendar year of which the round said something.';
comment on column ops.attacks.release_id is 'The round.';
comment on column ops.attacks.attacked_with is 'The group, as in reference.protected_quantities.';
comment on column ops.attacks.attacked_year is 'The calendar year of the periods.';
comment on column ops.attacks.cells is
'Numbers other than zero that the publication plan has of it, former ones included.';
comment on column ops.attacks.cells_to_protect is 'Numbers that had to be hidden, not told by the plan or small.';
comment on column ops.attacks.cells_hidden is 'Numbers of the plan that are hidden, for their own sake or another''s.';
comment on column ops.attacks.counted is 'Sum of the numbers of the plan, sums of differences left out.';
comment on column ops.attacks.counted_hidden is 'Sum of those that are hidden.';
comment on column ops.attacks.breaches is
'Times somebody could work out a number that had to be hidden; above 0: not released, the former release stands.';
comment on column ops.attacks.seconds is 'Seconds that hiding and attacking took.';
