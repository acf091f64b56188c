"""What `reliability demo --help` says of this demo."""

HELP = """Starts two HTTP services on loopback that follow the same seeded script of trouble (errors,
slowness, hangs, an outage, overload), makes the same calls to both, to one unguarded, to the
other through a ReliableService, and compares what came of them. Takes about 13 seconds.
Exit code 1 when the guarded run is not better, or when a service's own log disagrees with
the counts of its client.

--format json prints one object; durations in seconds, results are fresh stale late failed:
  demo seed better agreed criterion seconds cost_per_call
  lateness                     of this machine in making the calls, at worst
  runtime {where simulated ports}
  measures [{name unguarded guarded better}]
  phases [{name starts ends unguarded guarded}]            both: results
  unguarded guarded {results calls waited waited_in_vain quantiles requests_per_call
                     requests_sent requests_seen disputes unexpected}
  breaker [{at from to reason}]
  stale_because {reason: answers}
  slowest_call {call arrived latency result attempts [{number began took outcome}]}
                number null: the guard sent nothing"""
