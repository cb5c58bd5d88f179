package io.github.glimpse.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the hub says about one repository: which files there are, how large they are, and their bytes. Nothing it says is
 * trusted to be a file name, a size or a checksum before it was looked at.
 */
final class HubServer {

    private static final int LARGEST_LISTING = 16 << 20;
    private static final Pattern CHECKSUM = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,127}");
    private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private final HubLocation location;
    private final HubOptions options;
    private final HubConnection connection;
    private final HubStatus status;

    HubServer(HubLocation location, HubOptions options, RetryPolicy policy) {
        this.location = location;
        this.options = options;
        this.connection = new HubConnection(options, policy);
        this.status = new HubStatus(location, options);
    }

    /** Asks once for the commit that the revision stands for, and for its files. */
    RepositoryListing listing() throws IOException, InterruptedException {
        String path = "/api/models/" + location.repository() + "/revision/" + encoded(location.revision());
        try (HubResponse response = connection.send("GET", path, 0)) {
            if (response.status() != 200) {
                throw status.refusal(response, "");
            }
            String what = "The list of files of '" + location + "'";
            return listing(TextFiles.json(what, response.body().readAll(LARGEST_LISTING, what)));
        } catch (ModelFilesException e) {
            HubRefusal refusal = HubRefusal.lasting(e.getMessage() + "; check that HF_ENDPOINT is a hub");
            refusal.initCause(e);
            throw refusal;
        }
    }

    /** Asks once how large a file is and what its checksum is. */
    RemoteFile describe(String commit, String file) throws IOException, InterruptedException {
        try (HubResponse response = connection.send("HEAD", path(commit, file), 0)) {
            if (response.status() != 200 && !response.describesFile()) {
                throw status.refusal(response, file);
            }
            if (!response.commit().orElse(commit).equals(commit)) {
                throw HubRefusal.lasting(String.format(
                        Locale.ROOT,
                        "The hub gives '%s' of commit %s instead of %s",
                        file,
                        shown(response.commit().orElse("")),
                        commit));
            }
            String checksum = response.checksum().orElse("");
            // Without verification any name for the blob will do that is no path.
            Pattern allowed = options.verifyChecksums() ? CHECKSUM : HARMLESS;
            if (!allowed.matcher(checksum).matches()) {
                throw HubRefusal.lasting(String.format(
                        Locale.ROOT,
                        "The hub gives no SHA-256 or git SHA-1 for '%s' but '%s'; check HF_ENDPOINT, or"
                                + " turn the verification of checksums off",
                        file,
                        shown(checksum)));
            }
            long size = response.size()
                    .orElseThrow(() ->
                            HubRefusal.lasting("The hub does not say how large '" + file + "' is; check HF_ENDPOINT"));
            return new RemoteFile(file, checksum, size);
        }
    }

    /**
     * Asks once for the bytes of a file.
     *
     * @param from the first one that is wanted
     * @return 206 with the bytes from there on, or 200 with all of them; to be closed
     */
    HubResponse open(String commit, RemoteFile file, long from) throws IOException, InterruptedException {
        HubResponse response = connection.send("GET", path(commit, file.name()), from);
        try {
            switch (response.status()) {
                case 200 -> checkWhole(response, file);
                case 206 -> checkPart(response, file, from);
                default -> throw status.refusal(response, file.name());
            }
        } catch (HubRefusal e) {
            response.close();
            throw e;
        }
        return response;
    }

    private RepositoryListing listing(JsonNode answer) throws HubRefusal {
        String commit = answer.path("sha").asText("");
        if (!HubLocation.isCommit(commit) || (location.isPinned() && !commit.equals(location.revision()))) {
            throw HubRefusal.lasting(String.format(
                    Locale.ROOT,
                    "The hub answers for '%s' with '%s', which is not its commit",
                    location,
                    shown(commit)));
        }
        Set<String> files = new LinkedHashSet<>();
        for (JsonNode sibling : answer.path("siblings")) {
            String name = sibling.path("rfilename").asText("");
            if (leavesFolder(name)) {
                throw HubRefusal.lasting(String.format(
                                Locale.ROOT,
                                "The hub lists '%s' as a file of '%s', which is a path to somewhere else; nothing",
                                shown(name),
                                location)
                        + " was fetched");
            }
            if (TextFiles.isPlainName(name)) {
                files.add(name);
            }
        }
        return new RepositoryListing(commit, files);
    }

    private static boolean leavesFolder(String name) {
        return name.isEmpty()
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || Arrays.asList(name.split("/", -1)).contains("..");
    }

    private static void checkWhole(HubResponse response, RemoteFile file) throws HubRefusal {
        checkPlain(response, file);
        long size = response.bodySize().orElse(file.size());
        if (size != file.size()) {
            // Such as the page of a proxy that wants a password.
            throw HubRefusal.passing(
                    String.format(
                            Locale.ROOT,
                            "%s gives %d bytes for '%s', which has %d",
                            response.uri().getHost(),
                            size,
                            file.name(),
                            file.size()),
                    Duration.ZERO);
        }
    }

    private static void checkPart(HubResponse response, RemoteFile file, long from) throws HubRefusal {
        checkPlain(response, file);
        String text = response.last("Content-Range").orElse("");
        Matcher range = RANGE.matcher(text);
        if (!range.matches()
                || Long.parseLong(range.group(1)) != from
                || !(range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.size())) {
            throw HubRefusal.lasting(String.format(
                    Locale.ROOT,
                    "%s gives '%s' of '%s' instead of the bytes from %d of %d",
                    response.uri().getHost(),
                    shown(text),
                    file.name(),
                    from,
                    file.size()));
        }
    }

    private static void checkPlain(HubResponse response, RemoteFile file) throws HubRefusal {
        String encoding = response.last("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw HubRefusal.lasting(String.format(
                    Locale.ROOT,
                    "%s gives '%s' compressed (%s), though that was not asked for",
                    response.uri().getHost(),
                    file.name(),
                    shown(encoding)));
        }
    }

    private String path(String commit, String file) {
        return "/" + location.repository() + "/resolve/" + commit + "/" + encoded(file);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A text of the server, fit for a message. */
    private static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
    }
}
