package rivet.controlplane.kv;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.Problem;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/** The door for people: reads any store, and writes one while none of its actor's copies can. */
@Component
public final class KvInspection {

    private final KvRepository repository;
    private final KvEdits edits;
    private final Transactions transactions;

    KvInspection(KvRepository repository, KvEdits edits, Transactions transactions) {
        this.repository = repository;
        this.edits = edits;
        this.transactions = transactions;
    }

    /** @param value absent: the entry is deleted @param expected the version that it must have, 0 for none; null: any */
    public record Edit(
            Bytes key, @Nullable Bytes value, @Nullable Long expected) {}

    /** As its actor would be answered; at most {@value KvLimits#LIST_BYTES} bytes. */
    public KvAnswer.Listed list(UUID actor, KvRequest.Range range) {
        refuse(KvLimits.refusal(range));
        return repository.list(actor, range);
    }

    public KvAnswer.Value get(UUID actor, Bytes key) {
        return repository.get(actor, List.of(key)).values().getFirst();
    }

    /**
     * In one transaction, and in that of the caller if there is one.
     *
     * @param supersede fails unless no copy of the actor runs; from then on until the transaction ends none is started, and nothing
     *     is taken of what an earlier one wrote, now or ever
     * @return the version of the write
     */
    public long edit(UUID actor, Runnable supersede, Edit edit) {
        refuse(refusal(edit));
        return transactions.run(() -> {
            supersede.run();
            return apply(actor, edit);
        });
    }

    private long apply(UUID actor, Edit edit) {
        long version = edits.begin(actor);
        var before = edits.find(actor, edit.key());
        if (edit.expected() != null && edit.expected() != before.version()) {
            throw Problem.conflict(
                            "KV_CONFLICT",
                            "version: the entry has %d (expected: %d)".formatted(before.version(), edit.expected()))
                    .at("version");
        }
        if (edit.value() == null) {
            edits.delete(actor, edit.key());
            edits.grow(actor, -before.size());
        } else {
            edits.put(actor, edit.key(), version, edit.value());
            long size = edits.grow(actor, edit.key().length() + edit.value().length() - before.size());
            refuse(size > KvLimits.ACTOR_BYTES ? Optional.of(KvLimits.full()) : Optional.empty());
        }
        return version;
    }

    private static Optional<KvAnswer.Refused> refusal(Edit edit) {
        var mutation =
                edit.value() == null ? new Mutation.Delete(edit.key()) : new Mutation.Put(edit.key(), edit.value());
        return KvLimits.refusal(new KvRequest.Write(List.of(), List.of(mutation)));
    }

    private static void refuse(Optional<KvAnswer.Refused> refused) {
        refused.ifPresent(why -> {
            throw new Problem(HttpStatus.BAD_REQUEST, "KV_" + why.code(), why.message());
        });
    }
}
