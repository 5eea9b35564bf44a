-- What each column means, for the person at a BI tool or a terminal; dbt says it for the tables that it makes.

do $$
declare
    published text;
begin
    foreach published in array array['core.indicator_values', 'marts.indicator_values'] loop
        execute format($comments$
            comment on column %1$s.indicator_code is 'Code of the indicator, S01 to S11 and P01 to P11.';
            comment on column %1$s.measure is 'main, or the measure as the methodology names it.';
            comment on column %1$s.definition_version is 'Version of the indicator''s definition.';
            comment on column %1$s.period_grain is 'Length of the period: month, quarter, half_year or year.';
            comment on column %1$s.period_start is 'First day of the period.';
            comment on column %1$s.period_end is 'Last day of the period.';
            comment on column %1$s.territory_level is 'municipality, county or nation.';
            comment on column %1$s.territory_code is 'Code of the municipality or county; 00 is the nation.';
            comment on column %1$s.breakdown is 'What the value is broken down by; total: not at all.';
            comment on column %1$s.breakdown_value is 'Value of the breakdown; total in the total row.';
            comment on column %1$s.numerator is 'Numerator; empty where missing (status M) or hidden.';
            comment on column %1$s.denominator is 'Denominator; empty where there is none, unknown, missing or hidden.';
            comment on column %1$s.value is
                'Numerator over denominator in the unit, unrounded; empty where there is none, missing or hidden.';
            comment on column %1$s.unit is 'Unit of the value: per_1000, percent, mean or count.';
            comment on column %1$s.coverage_pct is
                'Share of the expected slices accepted or confirmed empty, percent, when the value was released.';
            comment on column %1$s.obs_status is
                'A normal, B first period after a break, E estimated denominator, P provisional, M missing.';
            comment on column %1$s.released_in is 'The release round that said it (ops.releases).';
            comment on column %1$s.known_from is 'Instant from which on this was what we had published.';
            comment on column %1$s.known_to is 'Half-open end of that; empty: it is now.';
        $comments$, published);
    end loop;
end
$$;
comment on column marts.indicator_values.conf_status is
'F free for publication; C confidential: what is hidden is empty, never 0.';

comment on column ops.runs.run_id is 'The night.';
comment on column ops.runs.clock_date is 'The day the night worked by: due days, releases, mails.';
comment on column ops.runs.instant is 'The instant of that clock.';
comment on column ops.runs.status is 'running, succeeded or failed.';
comment on column ops.runs.started_at is 'When it began, by the machine''s own clock.';
comment on column ops.runs.finished_at is 'When it ended; empty while it runs.';
comment on column ops.runs.stage_seconds is 'Seconds each stage took.';
comment on column ops.runs.summary is 'What came of each stage: counts, no values.';

comment on column ops.deliveries.delivery_id is 'The delivery.';
comment on column ops.deliveries.provider_code is
'Legal code of the provider; empty where the file''s name does not tell it.';
comment on column ops.deliveries.dataset is
'The dataset, under its Lithuanian name; empty where the file''s name does not tell it.';
comment on column ops.deliveries.period is
'The period as files name it; empty where the file''s name does not tell it.';
comment on column ops.deliveries.period_start is 'First day of the period.';
comment on column ops.deliveries.period_end is 'Last day of the period.';
comment on column ops.deliveries.municipality_code is 'Municipality of the provider; empty for a national one.';
comment on column ops.deliveries.version is
'Number among the slice''s accepted deliveries; empty where it was never accepted.';
comment on column ops.deliveries.channel is 'How it came: api, sftp, email, upload or command.';
comment on column ops.deliveries.file_name is 'Name of the file in the inbox; empty for a nil return by command.';
comment on column ops.deliveries.sha256 is 'Hash of the file''s bytes.';
comment on column ops.deliveries.received_at is 'The inbox''s own time stamp of the file.';
comment on column ops.deliveries.taken_at is 'When it was picked up.';
comment on column ops.deliveries.judged_at is 'When it was last judged.';
comment on column ops.deliveries.verdict is
'received, rejected, accepted, accepted_with_findings, superseded, duplicate or withdrawn.';
comment on column ops.deliveries.reason_code is 'Why it was rejected.';
comment on column ops.deliveries.is_nil is 'It says that there is nothing to report.';
comment on column ops.deliveries.contract_version is 'Version of the declarations it was read by.';
comment on column ops.deliveries.archive_name is 'Name of the encrypted original in the archive.';
comment on column ops.deliveries.rows_received is 'Rows in the file; nil, total and blank rows are none.';
comment on column ops.deliveries.rows_loaded is 'Rows that count.';
comment on column ops.deliveries.rows_quarantined is 'Rows taken out; of a rejected delivery all.';
comment on column ops.deliveries.rows_duplicate is 'Rows alike to another one that stays.';

comment on column ops.obligations.provider_code is 'Legal code of the provider.';
comment on column ops.obligations.dataset is 'The dataset, under its Lithuanian name.';
comment on column ops.obligations.period is 'The period as files name it.';
comment on column ops.obligations.period_start is 'First day of the period.';
comment on column ops.obligations.period_end is 'Last day of the period.';
comment on column ops.obligations.municipality_code is 'Municipality of the provider; empty for a national one.';
comment on column ops.obligations.ready_on is 'First day on which the slice may come.';
comment on column ops.obligations.due_on is 'Last day on which the slice is on time, moved to a working day.';
comment on column ops.obligations.status is
'not_due, on_time, late, confirmed_empty, rejected, not_received or waived, by the clock of the last night.';
comment on column ops.obligations.delivery_id is 'The delivery that speaks for the slice, else the last one rejected.';
comment on column ops.obligations.first_accepted_at is 'First receipt, or nil return by command, that was accepted.';

comment on column ops.contacts.contact_id is 'The contact.';
comment on column ops.contacts.provider_code is 'Legal code of the provider.';
comment on column ops.contacts.email is 'Address.';
comment on column ops.contacts.name is 'Name of the person.';
comment on column ops.contacts.role is 'What the person is to the provider; decides which mails come.';
comment on column ops.contacts.dataset is 'The one dataset the contact is for; empty: all.';
comment on column ops.contacts.substitute_email is 'Address used where the first does not work.';
comment on column ops.contacts.is_valid is 'Mail to the address arrives.';

comment on column ops.waivers.provider_code is 'Legal code of the provider.';
comment on column ops.waivers.dataset is 'The dataset, under its Lithuanian name.';
comment on column ops.waivers.period is 'The period as files name it.';
comment on column ops.waivers.reason is 'Why the slice is not asked for.';
comment on column ops.waivers.until is 'Last day on which it is not asked for.';
comment on column ops.waivers.granted_at is 'When the waiver was given.';

comment on column ops.run_slices.run_id is 'The night.';
comment on column ops.run_slices.provider_code is 'Legal code of the provider.';
comment on column ops.run_slices.dataset is 'The dataset, under its Lithuanian name.';
comment on column ops.run_slices.period is 'The period as files name it.';
comment on column ops.run_slices.period_start is 'First day of the period.';
comment on column ops.run_slices.period_end is 'Last day of the period.';
comment on column ops.run_slices.municipality_code is 'Municipality of the provider; empty for a national one.';
comment on column ops.run_slices.delivery_id is 'The accepted delivery that speaks for the slice in the night.';
comment on column ops.run_slices.load_id is 'Its judgement: the delivery with exactly these rows in.';

comment on column ops.fact_loads.model is 'Name of the incremental fact.';
comment on column ops.fact_loads.load_id is 'A judgement whose rows it holds.';

comment on column ops.releases.release_id is 'The round.';
comment on column ops.releases.run_id is 'The night that held it.';
comment on column ops.releases.kind is
'first: periods published for the first time; revision: published ones brought up to date.';
comment on column ops.releases.clock_date is 'The day of the night.';
comment on column ops.releases.released_at is 'The instant the round''s values are known from.';
comment on column ops.releases.indicator_periods is 'Indicator periods of which it said something.';
comment on column ops.releases.values_new is 'Published values said for the first time.';
comment on column ops.releases.values_changed is 'Published values ended, most of them said anew.';

comment on table ops.released_periods is 'One row per indicator, grain and period that was ever released.';
comment on column ops.released_periods.indicator_code is 'Code of the indicator.';
comment on column ops.released_periods.period_grain is 'Length of the period.';
comment on column ops.released_periods.period_start is 'First day of the period.';
comment on column ops.released_periods.first_release_id is 'The round that released it.';
comment on column ops.released_periods.last_release_id is 'The last round that said something of it.';

comment on column ops.mails.mail_id is 'The mail.';
comment on column ops.mails.kind is 'What kind of mail it is.';
comment on column ops.mails.provider_code is 'Legal code of the provider it is about.';
comment on column ops.mails.period is 'The period it is about.';
comment on column ops.mails.version is 'Number among the mails of that kind, provider and period.';
comment on column ops.mails.message_id is 'Its Message-ID.';
comment on column ops.mails.recipients is 'Addresses it goes to.';
comment on column ops.mails.subject is 'Its subject.';
comment on column ops.mails.state is 'prepared, sending, sent, failed or no_contact.';
comment on column ops.mails.run_id is 'The night that prepared it.';
comment on column ops.mails.prepared_at is 'When it was prepared.';
comment on column ops.mails.sent_at is 'When it was sent; empty: it was not.';
comment on column ops.mails.body_sha256 is 'Hash of its body.';
comment on column ops.mails.attempts is 'How many times sending was tried.';

comment on column identity.child_key.key_version is 'Version of the secret.';
comment on column identity.child_key.code_hmac is 'The keyed hash.';
comment on column identity.child_key.vaiko_id is 'Opaque key of the child.';

comment on column quality.batch.delivery_id is 'The delivery being judged.';
comment on column quality.batch.dataset is 'The dataset, under its Lithuanian name.';
comment on column quality.batch.provider_code is 'Legal code of the provider.';
comment on column quality.batch.period is 'The period as files name it.';
comment on column quality.batch.period_start is 'First day of the period.';
comment on column quality.batch.period_end is 'Last day of the period.';
comment on column quality.batch.municipality_code is 'Municipality of the provider; empty for a national one.';
comment on column quality.batch.waits_for is
'Datasets that its rules look at whose slice of the same period has not come.';

comment on column quality.row_issues.delivery_id is 'The delivery.';
comment on column quality.row_issues.row_number is 'Line or sheet row in the provider''s own file.';
comment on column quality.row_issues.rule_code is 'The rule the row breaks.';
comment on column quality.row_issues.field is 'The field it is about; empty: the row as a whole.';
comment on column quality.row_issues.out is 'The row is quarantined.';

comment on column quality.check_results.run_id is 'The night that judged.';
comment on column quality.check_results.delivery_id is 'The delivery; empty: a promise of our own build.';
comment on column quality.check_results.rule_code is 'The rule, or the promise.';
comment on column quality.check_results.status is 'passed, failed, errored or not_applicable.';
comment on column quality.check_results.severity is 'error, query or file.';
comment on column quality.check_results.responsibility is 'Whose it is to put right: provider or operator.';
comment on column quality.check_results.dimension is 'What the rule is about.';
comment on column quality.check_results.checked is 'Rows the rule applies to.';
comment on column quality.check_results.failed is 'Rows that break it.';
comment on column quality.check_results.reason is 'Why it is not applicable, or could not be run.';
comment on column quality.check_results.is_current is 'Of the delivery''s latest judgement.';

comment on column quality.reasons.delivery_id is 'The delivery.';
comment on column quality.reasons.rule_code is 'The rule that asks.';
comment on column quality.reasons.row_number is 'The row it is given for; empty: the whole delivery.';
comment on column quality.reasons.reason is 'The provider''s own words.';
comment on column quality.reasons.given_at is 'When it was given.';

comment on column quality.repeated_keys.delivery_id is 'The delivery.';
comment on column quality.repeated_keys.row_number is 'Line or sheet row in the provider''s own file.';
comment on column quality.repeated_keys.is_duplicate is 'Alike in every cell to a row that stays.';

comment on column ops.speaking_deliveries.delivery_id is 'The delivery that speaks.';
comment on column ops.speaking_deliveries.provider_code is 'Legal code of the provider.';
comment on column ops.speaking_deliveries.dataset is 'The dataset, under its Lithuanian name.';
comment on column ops.speaking_deliveries.period is 'The period as files name it.';
comment on column ops.speaking_deliveries.period_start is 'First day of the period.';
comment on column ops.speaking_deliveries.period_end is 'Last day of the period.';
comment on column ops.speaking_deliveries.municipality_code is
'Municipality of the provider; empty for a national one.';
comment on column ops.speaking_deliveries.load_id is 'Its latest judgement.';
comment on column ops.speaking_deliveries.is_nil is 'It says that there is nothing to report.';

comment on table ops.migrations is 'One row per migration this database has.';
comment on column ops.migrations.name is 'Name of its file.';
comment on column ops.migrations.sha256 is 'Hash of the file as it was applied.';
comment on column ops.migrations.applied_at is 'When it was applied.';
