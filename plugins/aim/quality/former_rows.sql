-- The rows kept of the slice before, each as a row of the delivery that is compared with it.
create temporary table former_rows on commit drop as
select
    delivery.delivery_id,
    former.delivery_id as of_delivery,
    landed.row_number,
    landed.provider_code,
    landed.period,
    landed.period_start,
    landed.period_end,
    landed._unreadable,
    {landed_content}
from quality.batch as delivery
inner join ops.speaking_deliveries as former
    on
        delivery.provider_code = former.provider_code
        and delivery.dataset = former.dataset
        and delivery.period_start - 1 = former.period_end
inner join {staging} as landed
    on
        former.delivery_id = landed.delivery_id
        and former.period_start = landed.period_start
where
    landed.period_start between {first_former} and {last}
    and not landed._duplicate
    and not exists (
        select from quality.row_issues as issue
        where
            issue.out
            and issue.delivery_id = landed.delivery_id
            and issue.row_number = landed.row_number
    )
