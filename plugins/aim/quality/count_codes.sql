-- How often each code stands in the rows kept, for later periods to be compared with.
insert into quality.code_counts (delivery_id, field, code, rows_kept)
select
    landed.delivery_id,
    coded.field,
    coded.code,
    count(*) as rows_kept
from pg_temp.rows_to_judge as landed
cross join lateral (values {codes}) as coded (field, code)
where
    coded.code is not null
    and not exists (
        select from quality.row_issues as issue
        where
            issue.out
            and issue.delivery_id = landed.delivery_id
            and issue.row_number = landed.row_number
    )
group by landed.delivery_id, coded.field, coded.code
