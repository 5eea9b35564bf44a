-- The facts that hold exactly the rows of the night, those of cases apart.

create table by_hand.fct_risk_family as select * from by_hand.new_risk_family;
alter table by_hand.fct_risk_family add primary key (load_id, row_number);
analyze by_hand.fct_risk_family;

create table by_hand.fct_service_delivery as select * from by_hand.new_service_delivery;
alter table by_hand.fct_service_delivery add primary key (load_id, row_number);
analyze by_hand.fct_service_delivery;

create table by_hand.fct_social_risk_status as select * from by_hand.new_social_risk_status;
alter table by_hand.fct_social_risk_status add primary key (load_id, row_number);
analyze by_hand.fct_social_risk_status;

create table by_hand.fct_violence_event as select * from by_hand.new_violence_event;
alter table by_hand.fct_violence_event add primary key (load_id, row_number);
analyze by_hand.fct_violence_event;

create table by_hand.fct_care_episode as select * from by_hand.new_care_episode;
alter table by_hand.fct_care_episode add primary key (load_id, row_number);
analyze by_hand.fct_care_episode;

create table by_hand.fct_school_absence as select * from by_hand.new_school_absence;
alter table by_hand.fct_school_absence add primary key (load_id, row_number);
analyze by_hand.fct_school_absence;

create table by_hand.fct_out_of_education as select * from by_hand.new_out_of_education;
alter table by_hand.fct_out_of_education add primary key (load_id, row_number);
analyze by_hand.fct_out_of_education;

create table by_hand.fct_special_needs as select * from by_hand.new_special_needs;
alter table by_hand.fct_special_needs add primary key (load_id, row_number);
analyze by_hand.fct_special_needs;

create table by_hand.fct_disability as select * from by_hand.new_disability;
alter table by_hand.fct_disability add primary key (load_id, row_number);
analyze by_hand.fct_disability;

create table by_hand.fct_activity_attendance as select * from by_hand.new_activity_attendance;
alter table by_hand.fct_activity_attendance add primary key (load_id, row_number);
analyze by_hand.fct_activity_attendance;

create table by_hand.fct_offences as select * from by_hand.new_offences;
alter table by_hand.fct_offences add primary key (load_id, row_number);
analyze by_hand.fct_offences;

create table by_hand.fct_addiction as select * from by_hand.new_addiction;
alter table by_hand.fct_addiction add primary key (load_id, row_number);
analyze by_hand.fct_addiction;

create table by_hand.fct_cooperation as select * from by_hand.new_cooperation;
alter table by_hand.fct_cooperation add primary key (load_id, row_number);
analyze by_hand.fct_cooperation;

create table by_hand.fct_feedback as select * from by_hand.new_feedback;
alter table by_hand.fct_feedback add primary key (load_id, row_number);
analyze by_hand.fct_feedback;

create table by_hand.fct_population as select * from by_hand.new_population;
alter table by_hand.fct_population add primary key (load_id, row_number);
analyze by_hand.fct_population;

create table by_hand.fct_pupils as select * from by_hand.new_pupils;
alter table by_hand.fct_pupils add primary key (load_id, row_number);
analyze by_hand.fct_pupils;
