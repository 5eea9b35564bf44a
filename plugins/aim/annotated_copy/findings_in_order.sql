-- What is open in a delivery by these rules, one row a finding in the order of its file; the file as a whole (row 0)
-- first. A row missing from the file is told by where it stood before.
select
    findings.row_number,
    findings.rule_code,
    findings.field,
    findings.out,
    stood_in.file_name as stood_in
from quality.open_findings as findings
left join ops.deliveries as stood_in on findings.of_delivery = stood_in.delivery_id
where
    findings.delivery_id = %(delivery_id)s
    and findings.rule_code = any(%(rule_codes)s)
order by findings.row_number asc, findings.out desc, findings.rule_code asc, findings.field asc
