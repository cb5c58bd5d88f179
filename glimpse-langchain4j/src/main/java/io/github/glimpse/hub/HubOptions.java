package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where {@code hf:} locations are fetched from and kept. Immutable, safe for concurrent use.
 *
 * @param endpoint address of the hub, https or http, without a slash at its end
 * @param token sent to the endpoint and nowhere else; null for none
 * @param cacheDirectory holds one folder for each repository, shared with other programs in the layout of Hugging Face
 * @param offline whether nothing may be fetched: what is in the cache is used, or an error says what is missing
 * @param verifyChecksums whether each fetched file is compared with the SHA-256 or git SHA-1 that the hub gives for it
 * @param listener is told how far a download is
 */
public record HubOptions(
        URI endpoint,
        @Nullable String token,
        Path cacheDirectory,
        boolean offline,
        boolean verifyChecksums,
        DownloadListener listener) {

    /** The public hub. */
    public static final URI DEFAULT_ENDPOINT = URI.create("https://huggingface.co");

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    /**
     * Checks the values.
     *
     * @throws ModelFilesException if the endpoint is no address of a web server, or the token has characters that no header
     *     may have
     */
    public HubOptions {
        endpoint = checked(endpoint);
        if (token != null && !TOKEN.matcher(token).matches()) {
            throw new ModelFilesException(
                    "The token for " + endpoint.getHost() + " is empty or has blanks, line ends or"
                            + " other characters that no token has; set HF_TOKEN anew");
        }
    }

    /**
     * What the environment of this process says: {@code HF_ENDPOINT}, {@code HF_TOKEN} or the file that {@code
     * HF_TOKEN_PATH} names (else {@code HF_HOME/token}), {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}, {@code HF_HUB_CACHE} (else
     * {@code HF_HOME/hub}, {@code ~/.cache/huggingface/hub}), {@code HF_HUB_OFFLINE}. Checksums are verified.
     *
     * @throws ModelFilesException if the endpoint or the token is malformed
     */
    public static HubOptions ofEnvironment() {
        return new HubEnvironment(System.getenv(), Path.of(System.getProperty("user.home", ""))).options();
    }

    /** Starts with the public hub, no token, and a cache in the default place, whatever the environment says. */
    public static Builder builder() {
        return new Builder(HubEnvironment.defaultCache(Path.of(System.getProperty("user.home", ""))));
    }

    /** Starts with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder(cacheDirectory);
        builder.endpoint = endpoint;
        builder.token = token;
        builder.offline = offline;
        builder.verifyChecksums = verifyChecksums;
        builder.listener = listener;
        return builder;
    }

    /** All values but the token. */
    @Override
    public String toString() {
        return "HubOptions[endpoint=" + endpoint + ", token=" + (token == null ? "none" : "***") + ", cacheDirectory="
                + cacheDirectory + ", offline=" + offline + ", verifyChecksums=" + verifyChecksums + "]";
    }

    private static URI checked(URI endpoint) {
        String scheme = String.valueOf(endpoint.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http"))
                || endpoint.getHost() == null
                || endpoint.getRawUserInfo() != null
                || endpoint.getRawQuery() != null
                || endpoint.getRawFragment() != null) {
            throw new ModelFilesException("'" + withoutUser(endpoint) + "' is no address of a hub; set HF_ENDPOINT to"
                    + " one such as " + DEFAULT_ENDPOINT);
        }
        String text = endpoint.toString();
        int end = text.length();
        while (text.charAt(end - 1) == '/') {
            end--;
        }
        return URI.create(text.substring(0, end));
    }

    private static String withoutUser(URI endpoint) {
        String user = endpoint.getRawUserInfo();
        return user == null ? endpoint.toString() : endpoint.toString().replace(user + "@", "***@");
    }

    /** Collects options. */
    public static final class Builder {

        private URI endpoint = DEFAULT_ENDPOINT;
        private @Nullable String token;
        private Path cacheDirectory;
        private boolean offline;
        private boolean verifyChecksums = true;
        private DownloadListener listener = progress -> {};

        private Builder(Path cacheDirectory) {
            this.cacheDirectory = cacheDirectory;
        }

        /** Address of the hub. With http the token and the files can be read and changed on the way. */
        public Builder endpoint(URI value) {
            endpoint = value;
            return this;
        }

        /** Sent to the endpoint; null for none. */
        public Builder token(@Nullable String value) {
            token = value;
            return this;
        }

        /** Holds one folder for each repository; made when something is fetched. */
        public Builder cacheDirectory(Path value) {
            cacheDirectory = value;
            return this;
        }

        /** Whether nothing may be fetched. */
        public Builder offline(boolean value) {
            offline = value;
            return this;
        }

        /** Whether each fetched file is compared with the hub's checksum. */
        public Builder verifyChecksums(boolean value) {
            verifyChecksums = value;
            return this;
        }

        /** Is told how far a download is. */
        public Builder listener(DownloadListener value) {
            listener = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws ModelFilesException if the endpoint or the token is malformed
         */
        public HubOptions build() {
            return new HubOptions(endpoint, token, cacheDirectory, offline, verifyChecksums, listener);
        }
    }
}
