"""Agents: who they are, and the softphone accounts they log in with."""

from ivr.agents.accounts import LOG_IN, AgentAccount, account_of, accounts

__all__ = ["LOG_IN", "AgentAccount", "account_of", "accounts"]
