{{ published_values('P01') }}
