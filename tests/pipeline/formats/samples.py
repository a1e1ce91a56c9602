"""Small logs, written by hand from each tool's documentation; paypa1.com stands in each."""

from __future__ import annotations

ZEEK_HEADER = (
    b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    b"#open\t2026-11-22-17-00-00\n"
)
ZEEK_TSV = (
    ZEEK_HEADER
    + b"#fields\tts\tuid\tquery\tqtype_name\tanswers\n#types\ttime\tstring\tstring\tstring"
    b"\tvector[string]\n"
    b"1763786400.123\tC1\twww.example.com\tA\tpaypa1.com,192.0.2.7\n"
    b"1763786401.5\tC2\tp\\xd0\\xb0ypal.com\tAAAA\t-\n"
    b"1763786402\tC3\t-\t-\t-\n"
    b"1763786403\tC4\texample.org\tTXT\tTXT 12 paypa1.com,\n"
    b"#close\t2026-11-22-18-00-00\n" + ZEEK_HEADER + b"#fields\tquery\tts\n#types\tstring\ttime\n"
    b"paypa1.com\t2026-11-22T17:00:00.5Z\n"
    b"three\tfields\there\n"
)
ZEEK_JSON = (
    b'{"ts":1763786400.123,"uid":"C1","id.orig_h":"192.0.2.10","query":"www.example.com",'
    b'"qtype_name":"CNAME","answers":["paypa1.com","192.0.2.7","2001:db8::1"],"TTLs":[300.0]}\n'
    b'{"ts":"2026-11-22T17:00:00.000000Z","uid":"C2","query":"paypa1.com","qtype_name":"A"}\n'
    b'{"ts":1763786402,"uid":"C3","qtype_name":"A"}\n'
)
EVE_1 = (
    b'{"timestamp":"2026-11-22T17:00:00.000000+0000","event_type":"dns","dns":{"type":"answer",'
    b'"rcode":"NOERROR","rrname":"www.example.com","rrtype":"CNAME","ttl":9,"rdata":"paypa1.com"}}'
)
EVE_2 = (
    b'{"timestamp":"2026-11-22T17:00:00.000000+0000","event_type":"dns","dns":{"version":2,'
    b'"type":"answer","rrname":"www.example.com","rrtype":"A","rcode":"NOERROR","answers":['
    b'{"rrname":"www.example.com","rrtype":"CNAME","ttl":9,"rdata":"paypa1.com"},'
    b'{"rrname":"paypa1.com","rrtype":"A","ttl":9,"rdata":"192.0.2.7"}],'
    b'"grouped":{"CNAME":["paypa1.com"],"A":["192.0.2.7"]}}}'
)
EVE_2_GROUPED = (
    b'{"event_type":"dns","dns":{"version":2,"type":"answer","rrname":"example.com","rrtype":"MX",'
    b'"grouped":{"MX":["mail.paypa1.com"],"NS":["ns.example.net"]}}}'
)
EVE_3 = (
    b'{"timestamp":"2026-11-22T17:00:00.000000+0000","event_type":"dns","dns":{"version":3,'
    b'"type":"request","queries":[{"rrname":"example.com","rrtype":"A"},'
    b'{"rrname":"paypa1.com","rrtype":"AAAA"}]}}'
)
EVE_3_AUTHORITIES = (
    b'{"event_type":"dns","dns":{"version":3,"type":"response","queries":[{"rrname":"example.com",'
    b'"rrtype":"A"}],"authorities":[{"rrname":"example.com","rrtype":"NS","rdata":"ns.paypa1.com"}],'
    b'"additionals":[{"rrname":"_sip._udp.example.com","rrtype":"SRV","srv":{"name":"xn--pple-43d.com"'
    b"}}]}}"
)
EVE_ALERT = (
    b'{"event_type":"alert","alert":{"signature_id":1},"dns":{"query":[{"type":"query",'
    b'"rrname":"paypa1.com","rrtype":"A"}]}}'
)
EVE_ALERT_ANSWER = (
    b'{"event_type":"alert","dns":{"answer":{"version":2,"type":"answer","rrname":"a.example",'
    b'"rrtype":"A","answers":[{"rrname":"a.example","rrtype":"CNAME","rdata":"paypa1.com"}]}}}'
)
EVE_FLOW = b'{"event_type":"flow","flow":{"pkts_toserver":1},"http":{"hostname":"paypa1.com"}}'
SURICATA = b"\n".join(
    [
        EVE_1,
        EVE_2,
        EVE_2_GROUPED,
        EVE_3,
        EVE_3_AUTHORITIES,
        EVE_ALERT,
        EVE_ALERT_ANSWER,
        EVE_FLOW,
        b"",
    ]
)
ROUTE53 = (
    b'{"version":"1.100000","account_id":"111122223333","region":"us-east-1","vpc_id":"vpc-0example",'
    b'"query_timestamp":"2026-11-22T17:00:00Z","query_name":"www.example.com.","query_type":"A",'
    b'"query_class":"IN","rcode":"NOERROR","answers":[{"Rdata":"paypa1.com.","Type":"CNAME",'
    b'"Class":"IN"},{"Rdata":"192.0.2.7","Type":"A","Class":"IN"}],"srcaddr":"192.0.2.10"}\n'
)
CERTSTREAM = (
    b'{"message_type":"heartbeat","timestamp":1763786400.1}\n'
    b'{"message_type":"certificate_update","data":{"update_type":"X509LogEntry","leaf_cert":{'
    b'"all_domains":["example.com","*.paypa1.com","paypa1.com"],"subject":{"CN":"example.com"}},'
    b'"cert_index":1,"seen":1763786400.1,"source":{"name":"Example CT"}}}\n'
    b'{"message_type":"dns_entries","data":["xn--pple-43d.com","example.org"]}\n'
)
DNSCOLLECTOR_FLAT = (
    b'{"dns.qname":"www.example.com","dns.qtype":"A","dns.rcode":"NOERROR",'
    b'"dns.resource-records.an.0.name":"www.example.com","dns.resource-records.an.0.rdata":'
    b'"paypa1.com","dns.resource-records.an.0.rdatatype":"CNAME","dns.resource-records.ar":"-",'
    b'"dnstap.timestamp-rfc3339ns":"2026-11-22T17:00:00.123456789Z"}\n'
)
DNSCOLLECTOR_NESTED = (
    b'{"dns":{"qname":"www.example.com","qtype":"A","resource-records":{"an":[{"name":'
    b'"www.example.com","rdatatype":"CNAME","ttl":300,"rdata":"paypa1.com"}],"ns":[],"ar":[]}},'
    b'"dnstap":{"operation":"CLIENT_RESPONSE","timestamp-rfc3339ns":"2026-11-22T17:00:00.1Z"}}\n'
)
DNSCOLLECTOR_TEXT = (
    b"2026-11-22T17:00:00.268465Z unbound CLIENT_QUERY NOERROR 127.0.0.1 39028 IPv4 UDP 50b "
    b"paypa1.com A 0.000000\n"
    b"2026-11-22T17:00:01.268465Z unbound CLIENT_QUERY NOERROR ::1 39028 IPv6 UDP 50b - - 0.0\n"
)
PASSIVEDNS = (
    b"1763786400.408858||10.1.1.1||8.8.8.8||IN||www.example.com.||CNAME||paypa1.com.||43200||8\n"
    b"1763786400.408859||10.1.1.1||8.8.8.8||IN||example.com.||A||192.0.2.7||43200||8\n"
    b"1763786400.408860||10.1.1.1||8.8.8.8||IN||example.com.||TXT||v=spf1 a:paypa1.com||43200\n"
)
BIND = (
    b"22-Nov-2026 17:00:00.123 queries: info: client @0x7f01 192.0.2.10#53124 (paypa1.com): "
    b"query: paypa1.com IN A +E(0)K (192.0.2.53)\n"
    b"22-Nov-2026 17:00:00.123 queries: info: client @0x7f01 192.0.2.10#53124 (paypa1.com): "
    b"view internal: query: example.com IN AAAA + (192.0.2.53)\n"
    b"client 192.0.2.10#53124: query: xn--pple-43d.com IN MX -\n"
    b"<174>1 2026-11-22T17:00:00+01:00 10.0.0.1 named 22 - - info: client 10.0.0.2#6 (a.com): "
    b"query: a.com CH TXT +\n"
    b"22-Nov-2026 17:00:01.000 general: info: zone example.com/IN: loaded serial 1\n"
    b"30-Jun-2015 23:59:60.999 queries: info: client 192.0.2.1#1 (a.com): query: a.com\n"
)
UNBOUND = (
    b"[1763786400] unbound[12:0] info: 192.0.2.10 paypa1.com. A IN\n"
    b"[1763786400] unbound[12:0] info: 192.0.2.10 example.com. A IN NOERROR 0.012 0 52\n"
    b"[1763786400] unbound[12:0] query: 192.0.2.10 xn--pple-43d.com. A IN\n"
    b"Nov 22 17:00:00 ns1 unbound: [12:0] reply: 2001:db8:: xn--pple-43d.com. A IN OK\n"
    b"2026-11-22T18:00:00.123+01:00 unbound[12:0] info: 192.0.2.10 paypa1.com. AAAA IN\n"
    b"[1763786400] unbound[12:0] notice: init module 0: iterator\n"
    b"[1763786400] unbound[12:0] info: start of service (unbound 1.22.0).\n"
)
