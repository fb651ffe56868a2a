package rivet.client;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The builds of an environment: {@link RivetClient#builds()}. Thread-safe. All methods throw {@link RivetException}. */
public final class Builds {

    private final Transport transport;

    Builds(Transport transport) {
        this.transport = transport;
    }

    record Many(List<Build> builds) {
        Many {
            builds = Answers.orEmpty(builds);
        }
    }

    record One(Build build) {
        One {
            Objects.requireNonNull(build, "build");
        }
    }

    /**
     * The builds with at least these tags.
     *
     * @param tags the tags; an empty map finds all
     * @return the newest first; unmodifiable
     */
    public List<Build> list(Map<String, String> tags) {
        var call = Call.get("/builds").with("tags_json", tags.isEmpty() ? null : Json.text(tags));
        return transport.send(call, Many.class).builds();
    }

    /**
     * One build.
     *
     * @param id a UUID as text
     * @return the build
     * @throws RivetException.NotFound if there is no such build
     */
    public Build get(String id) {
        return transport.send(Call.get(path(id)), One.class).build();
    }

    /**
     * Changes the tags of a build.
     *
     * @param id a UUID as text
     * @param patch what changes
     * @throws RivetException.NotFound if there is no such build
     * @throws RivetException.Invalid if a key or value is not allowed
     */
    public void patchTags(String id, TagPatch patch) {
        transport.send(Call.patch(path(id) + "/tags", patch.body()));
    }

    /**
     * Uploads one jar as a build: {@link #upload(BuildUpload)} of {@link BuildUpload#java}.
     *
     * @param jar the file
     * @return the new build, with no tags yet
     * @throws IOException if the file cannot be read
     */
    public Build upload(Path jar) throws IOException {
        return upload(BuildUpload.java(jar));
    }

    /**
     * Uploads a file as a build. It is read twice, once for its digest, and never held in memory. A part whose sending failed
     * for a reason that may pass is sent again.
     *
     * @param upload the file and what it is
     * @return the new build, with no tags yet
     * @throws IOException if the file cannot be read
     * @throws RivetException.Invalid if the server does not take such a build, or the file changed meanwhile
     */
    public Build upload(BuildUpload upload) throws IOException {
        return get(new Upload(transport, upload).run());
    }

    private static String path(String id) {
        return "/builds/" + Transport.encode(Checks.id(id));
    }
}
