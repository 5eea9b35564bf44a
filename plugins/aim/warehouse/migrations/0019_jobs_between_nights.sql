-- What runs by itself beside the night, and since when it is expected to: a run that did not take place has no row of
-- its own, so it is looked for from the side of the schedule.

create table ops.schedules (
    job text primary key,
    in_force_since timestamptz not null default now()
);
comment on table ops.schedules is 'One row per job that is to run by itself, from the first time that was so.';
comment on column ops.schedules.job is 'Name of its DAG.';
comment on column ops.schedules.in_force_since is 'Its runs are expected from then on.';

create table ops.job_runs (
    job_run_id bigint generated always as identity primary key,
    job text not null,
    place text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    summary jsonb not null default '{}'
);
create index job_runs_of_job on ops.job_runs (job, started_at);
comment on table ops.job_runs is 'One row per run of a job beside the night.';
comment on column ops.job_runs.job_run_id is 'The run.';
comment on column ops.job_runs.job is 'Name of its DAG.';
comment on column ops.job_runs.place is 'Machine and state folder whose Airflow runs it.';
comment on column ops.job_runs.started_at is 'When it began.';
comment on column ops.job_runs.finished_at is 'When it came to its end; empty: it has not, or was killed.';
comment on column ops.job_runs.status is 'running, succeeded or failed.';
comment on column ops.job_runs.summary is 'What it did, in counts.';

alter table ops.runs add column place text;
comment on column ops.runs.place is 'Machine and state folder whose Airflow runs it; empty: not noted.';

-- What a provider calls its columns or its badly named files may be a person's name: it is no longer kept.
comment on column ops.deliveries.reading_notes is
'Counts of what reading left out or noticed: total rows, blank rows, unknown columns (starred out unless declared).';
