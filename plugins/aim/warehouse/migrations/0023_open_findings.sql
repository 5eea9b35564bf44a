-- What is open in a delivery is said in one place: in lists of findings and in annotated copies it is the same.

create view quality.open_findings as
select
    issues.delivery_id,
    issues.row_number,
    issues.rule_code,
    issues.field,
    issues.out,
    issues.of_delivery
from quality.row_issues as issues
where
    not issues.answered
    and (
        issues.out
        or issues.of_delivery is not null
        or not exists (
            select from quality.row_issues as worse
            where
                worse.out
                and worse.delivery_id = issues.delivery_id
                and worse.row_number = issues.row_number
        )
    );
comment on view quality.open_findings is
'Findings still to be mended or explained: not answered with a reason, and no question of a row that is out anyway.';
comment on column quality.open_findings.delivery_id is 'The delivery.';
comment on column quality.open_findings.row_number is 'The row as in quality.row_issues; 0: the file as a whole.';
comment on column quality.open_findings.rule_code is 'The rule.';
comment on column quality.open_findings.field is 'The field it is about; empty: the row as a whole.';
comment on column quality.open_findings.out is 'The row is quarantined.';
comment on column quality.open_findings.of_delivery is
'Of a row missing from the file: the earlier delivery it stood in, by whose file it is numbered.';
