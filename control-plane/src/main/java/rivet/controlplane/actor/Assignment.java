package rivet.controlplane.actor;

import rivet.protocol.AgentId;

/** One start of an actor on one agent: the fencing token of all that this copy says and does. */
record Assignment(AgentId agent, long generation) {}
