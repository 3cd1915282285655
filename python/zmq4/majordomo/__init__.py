"""Majordomo: reliable services over a broker. Source: RFC 7/MDP, RFC 8/MMI, RFC 18/MDP."""
