-- A reason answers one finding: a rule may find the same row wanting in several fields.

alter table quality.reasons add column field text not null default '';
comment on column quality.reasons.field is 'The field that the finding is about; empty: the row as a whole.';

alter table quality.reasons alter column row_number set not null;
alter table quality.reasons alter column provider_code set not null;
alter table quality.reasons alter column dataset set not null;
comment on column quality.reasons.row_number is 'The row it is given for; 0: the delivery as a whole.';

comment on column quality.check_results.failed is 'Rows that break it and were not answered with a reason.';
comment on column quality.check_results.reason is
'Why it is not applicable or could not be run, or how many of its findings were answered.';

alter table quality.reasons drop constraint reasons_delivery_id_rule_code_row_number_key;
alter table quality.reasons add primary key (delivery_id, rule_code, row_number, field);
