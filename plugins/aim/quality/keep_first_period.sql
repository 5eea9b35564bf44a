delete from quality.batch
where period_start > (select min(earliest.period_start) from quality.batch as earliest)
