{{ published_values('P02') }}
