-- How many rows of each delivery break each rule in what is open, and the first of them as the provider's own file
-- numbers them. Row 0 stands for the file as a whole: of what refuses it checks_of_file.sql tells. A row missing from
-- the file is told by its number in the earlier file that it stood in.
select
    findings.delivery_id,
    findings.rule_code,
    findings.field,
    stood_in.file_name as stood_in,
    count(*) as row_count,
    coalesce(
        (array_agg(findings.row_number order by findings.row_number) filter (where findings.row_number > 0))[
            1:%(shown)s
        ],
        '{}'
    ) as first_rows
from quality.open_findings as findings
left join ops.deliveries as stood_in on findings.of_delivery = stood_in.delivery_id
where
    findings.delivery_id = any(%(delivery_ids)s)
    and findings.rule_code <> all(%(file_rules)s)
group by findings.delivery_id, findings.rule_code, findings.field, stood_in.delivery_id
order by row_count desc, findings.delivery_id asc, findings.rule_code asc, findings.field asc
