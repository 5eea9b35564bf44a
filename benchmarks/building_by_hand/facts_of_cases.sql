-- Cases and the answers of their assessments.
create table by_hand.fct_case as select * from by_hand.new_case;
alter table by_hand.fct_case add primary key (load_id, row_number);
analyze by_hand.fct_case;

create table by_hand.fct_assessment_answer as select * from by_hand.new_assessment_answer;
alter table by_hand.fct_assessment_answer add primary key (load_id, row_number);
analyze by_hand.fct_assessment_answer;
