package io.github.glimpse.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer and the redirects that led to it.
 *
 * @param status HTTP status of the last answer
 * @param uri where it came from; may hold a signature, so only its host belongs into messages
 * @param isOfHub whether that is the endpoint itself and not where it sent us
 * @param hops headers of all answers in order
 * @param body of the last answer
 */
record HubResponse(int status, URI uri, boolean isOfHub, List<HttpHeaders> hops, ResponseBody body)
        implements AutoCloseable {

    private static final String LINKED_CHECKSUM = "X-Linked-Etag";
    private static final String LINKED_SIZE = "X-Linked-Size";

    HubResponse {
        hops = List.copyOf(hops);
    }

    /** Whether the redirects so far say what the file at their end is. */
    boolean describesFile() {
        return first(LINKED_CHECKSUM).isPresent() && first(LINKED_SIZE).isPresent();
    }

    /** The ETag of the file, without its quotes: what stands in the redirect to a large file, else that of the file itself. */
    Optional<String> checksum() {
        return first(LINKED_CHECKSUM).or(() -> last("ETag")).map(HubResponse::unquoted);
    }

    /** Size of the file in bytes. */
    OptionalLong size() {
        return number(first(LINKED_SIZE).or(() -> last("Content-Length")));
    }

    /** Bytes of this answer's body, if it says so. */
    OptionalLong bodySize() {
        return number(last("Content-Length"));
    }

    /** The commit that the answer is about. */
    Optional<String> commit() {
        return first("X-Repo-Commit");
    }

    /** A header of the last answer. */
    Optional<String> last(String name) {
        return hops.get(hops.size() - 1).firstValue(name);
    }

    private Optional<String> first(String name) {
        return hops.stream().flatMap(hop -> hop.firstValue(name).stream()).findFirst();
    }

    private static String unquoted(String tag) {
        String text = tag.startsWith("W/") ? tag.substring(2) : tag;
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    private static OptionalLong number(Optional<String> text) {
        if (text.isEmpty() || !text.get().matches("[0-9]{1,18}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(text.get()));
    }

    @Override
    public void close() {
        body.close();
    }
}
