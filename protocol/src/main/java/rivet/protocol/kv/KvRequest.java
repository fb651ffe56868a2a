package rivet.protocol.kv;

import java.util.List;
import java.util.UUID;

/** One thing asked of the store of one actor. */
public sealed interface KvRequest {

    record Get(List<Bytes> keys) implements KvRequest {}

    /**
     * @param start the first key that may be in the answer
     * @param end the first that may not; empty: there is none
     */
    record Range(Bytes start, Bytes end, boolean reverse, int limit) implements KvRequest {}

    /** All or nothing: done if each check holds. */
    record Write(List<Check> checks, List<Mutation> mutations) implements KvRequest {}

    /** @param version what the entry must have; 0: there must be none */
    record Check(Bytes key, long version) {}

    sealed interface Mutation {

        record Put(Bytes key, Bytes value) implements Mutation {}

        record Delete(Bytes key) implements Mutation {}

        /** @param end the first key that stays; empty: all from the start on go */
        record DeleteRange(Bytes start, Bytes end) implements Mutation {}

        /** Adds to a counter; an absent one counts from 0. */
        record Add(Bytes key, long delta) implements Mutation {}
    }

    /** Changes one alarm of the actor. */
    sealed interface AlarmWrite extends KvRequest {

        String name();

        /** One that has this schedule already keeps its course, and only its payload is replaced. */
        record Set(String name, AlarmSchedule schedule, Bytes payload) implements AlarmWrite {}

        record Delete(String name) implements AlarmWrite {}

        /** @param id of the firing that is handled */
        record Done(String name, UUID id) implements AlarmWrite {}

        /** @param id of the firing that is to be told again, later */
        record Failed(String name, UUID id) implements AlarmWrite {}
    }

    /** All alarms of the actor. */
    record Alarms() implements KvRequest {}

    /** The alarm that is to be handled now, or how long there is none. */
    record NextAlarm() implements KvRequest {}
}
