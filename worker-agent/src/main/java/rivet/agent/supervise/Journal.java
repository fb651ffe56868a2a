package rivet.agent.supervise;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import rivet.protocol.ActorId;
import rivet.protocol.Wire;
import rivet.protocol.link.ActorReport.Phase.Down;
import tools.jackson.core.JacksonException;

/**
 * Which generations were started here, which have said that they are ready, and how they ended: on disk before the start and
 * before the report. So a generation is started at most once, ever, and after a restart a finished one is not taken for a lost
 * one, nor one that is not ready for one that is.
 *
 * <p>One file of lines, its space taken in advance: that is quicker to sync, and a full disk does not stop us in the
 * middle. When it is full, what still counts is written to a new one.
 */
public final class Journal implements AutoCloseable {

    private static final int FILE_BYTES = 1 << 20;

    private final Path file;
    private final int fileBytes;
    private final Map<ActorKey, Optional<Down>> entries = new LinkedHashMap<>();
    private final Set<ActorKey> ready = new HashSet<>();
    private FileChannel channel;
    private long end;

    public static Journal open(Path folder) {
        return new Journal(folder, FILE_BYTES);
    }

    Journal(Path folder, int fileBytes) {
        this.file = folder.resolve("journal");
        this.fileBytes = fileBytes;
        try {
            Files.createDirectories(folder);
            if (Files.exists(file)) {
                read();
            }
            this.channel = rewritten();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    sealed interface Line {

        @JsonTypeName("started")
        record Started(ActorId actor, long generation) implements Line {}

        @JsonTypeName("ready")
        record Ready(ActorId actor, long generation) implements Line {}

        @JsonTypeName("ended")
        record Ended(ActorId actor, long generation, Down down) implements Line {}

        @JsonTypeName("forgotten")
        record Forgotten(ActorId actor, long generation) implements Line {}
    }

    /** On disk when this returns. False if it was started before. */
    synchronized boolean started(ActorKey key) {
        if (entries.containsKey(key)) {
            return false;
        }
        entries.put(key, Optional.empty());
        append(new Line.Started(key.actor(), key.generation()));
        sync();
        return true;
    }

    /** Not synced: what outlives the agent outlives it on a machine that goes on. */
    synchronized void ready(ActorKey key) {
        if (ready.add(key)) {
            append(new Line.Ready(key.actor(), key.generation()));
        }
    }

    synchronized boolean isReady(ActorKey key) {
        return ready.contains(key);
    }

    /** On disk when this returns. */
    synchronized void ended(ActorKey key, Down down) {
        entries.put(key, Optional.of(down));
        append(new Line.Ended(key.actor(), key.generation(), down));
        sync();
    }

    /** Not synced: remembered too long, it is only forgotten again. */
    synchronized void forgotten(ActorKey key) {
        ready.remove(key);
        if (entries.remove(key) != null) {
            append(new Line.Forgotten(key.actor(), key.generation()));
        }
    }

    /** Each generation known, and how it ended; empty while that is not known. In the order in which they were started. */
    synchronized Map<ActorKey, Optional<Down>> entries() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void append(Line line) {
        var bytes = bytes(line);
        try {
            if (end + bytes.length > channel.size()) {
                channel.close();
                channel = rewritten();
            } else {
                end += write(channel, bytes, end);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sync() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new file with what still counts, in place of the old one or not at all. */
    private FileChannel rewritten() throws IOException {
        var fresh = file.resolveSibling("journal.new");
        var next = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        long position = 0;
        for (var entry : entries.entrySet()) {
            position += write(next, bytes(line(entry.getKey(), entry.getValue())), position);
        }
        for (var key : ready) {
            position += write(next, bytes(new Line.Ready(key.actor(), key.generation())), position);
        }
        write(next, new byte[fileBytes], position);
        next.force(true);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (var folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
        end = position;
        return next;
    }

    /** The space not yet used is zeros; a line torn by a crash was never acted on. */
    private void read() throws IOException {
        for (var text : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
            if (text.isEmpty() || text.charAt(0) == 0) {
                return;
            }
            try {
                apply(Wire.JSON.readValue(text, Line.class));
            } catch (JacksonException _) {
                return;
            }
        }
    }

    private void apply(Line line) {
        switch (line) {
            case Line.Started(var actor, var generation) ->
                entries.put(new ActorKey(actor, generation), Optional.empty());
            case Line.Ready(var actor, var generation) -> ready.add(new ActorKey(actor, generation));
            case Line.Ended(var actor, var generation, var down) ->
                entries.put(new ActorKey(actor, generation), Optional.of(down));
            case Line.Forgotten(var actor, var generation) -> {
                entries.remove(new ActorKey(actor, generation));
                ready.remove(new ActorKey(actor, generation));
            }
        }
    }

    private static Line line(ActorKey key, Optional<Down> down) {
        return down.isPresent()
                ? new Line.Ended(key.actor(), key.generation(), down.get())
                : new Line.Started(key.actor(), key.generation());
    }

    private static byte[] bytes(Line line) {
        var json = Wire.JSON.writeValueAsBytes(line);
        var bytes = Arrays.copyOf(json, json.length + 1);
        bytes[json.length] = '\n';
        return bytes;
    }

    private static long write(FileChannel channel, byte[] bytes, long position) throws IOException {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer, position + buffer.position());
        }
        return bytes.length;
    }
}
