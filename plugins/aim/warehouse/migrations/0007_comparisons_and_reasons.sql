-- Judging in two passes: first each delivery by itself, then what is settled against other periods and providers.

alter table ops.deliveries add column needs_comparing boolean not null default false;
comment on column ops.deliveries.needs_comparing is
'What it is compared with (earlier periods, other providers) has changed: those rules are to be asked anew.';
create index deliveries_to_compare on ops.deliveries (dataset) where needs_comparing;

alter table ops.deliveries add column judged_under text;
comment on column ops.deliveries.judged_under is
'Version of the declarations it was last judged under; empty where it was not judged.';

alter table quality.row_issues add column of_delivery bigint references ops.deliveries;
comment on column quality.row_issues.of_delivery is
'The delivery in whose file the row stands, where that is an earlier one: a row that is missing from this delivery.';

alter table quality.row_issues add column answered boolean not null default false;
comment on column quality.row_issues.answered is
'The provider gave a reason for it (quality.reasons): it is not asked again until the row changes.';

create table quality.code_counts (
    delivery_id bigint not null references ops.deliveries,
    field text not null,
    code text not null,
    rows_kept integer not null,
    primary key (delivery_id, field, code)
);
comment on table quality.code_counts is
'One row per accepted delivery, coded field and code: how many of its kept rows have it. Later periods are compared.';
comment on column quality.code_counts.delivery_id is 'The delivery.';
comment on column quality.code_counts.field is 'The coded field, under its Lithuanian name.';
comment on column quality.code_counts.code is 'The code.';
comment on column quality.code_counts.rows_kept is 'Rows with that code, neither duplicate nor quarantined.';

alter table quality.reasons add column provider_code text;
comment on column quality.reasons.provider_code is 'The provider that gave it.';
alter table quality.reasons add column dataset text;
comment on column quality.reasons.dataset is 'The dataset of the delivery.';
alter table quality.reasons add column row_hash bigint;
comment on column quality.reasons.row_hash is
'What the row was like when the reason was given, as one number; empty where it is about the delivery as a whole.';
create index reasons_of_provider on quality.reasons (provider_code, dataset, rule_code);
