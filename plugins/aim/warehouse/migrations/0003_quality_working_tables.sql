-- What judging works out before the rules look at the rows of a batch.

create unlogged table quality.repeated_keys (
    delivery_id bigint not null,
    row_number integer not null,
    is_duplicate boolean not null,
    primary key (delivery_id, row_number)
);
comment on table quality.repeated_keys is
'Rows of the batch whose key stands in another row too. is_duplicate: alike in every cell, another one stays.';
