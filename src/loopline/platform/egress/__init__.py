"""The only way out: every outgoing HTTP request, webhook, Slack message and mail leaves here.

An address inside the own network is never reached unless the operator opened it.
"""
