package io.github.glimpse.hub;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A model hub on this machine, for one repository. It answers as the real one does: a list of files for a revision, small
 * files with a git SHA-1 as ETag, large ones by a redirect to a store on another host ({@code localhost} instead of {@code
 * 127.0.0.1}) with their SHA-256 and size in headers. Faults are planted in front of that.
 */
final class LoopbackHub implements AutoCloseable {

    static final String REPOSITORY = "someone/tiny-model";

    private static final String STORE = "/store/";

    static {
        // Else each answer on a connection that is used again waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** What was asked, in order. */
    record Asked(
            String method,
            String host,
            String path,
            @Nullable String authorization,
            long from) {

        boolean isOfStore() {
            return path.startsWith(STORE);
        }
    }

    /** Looks at a request first; answers it and says so, or leaves it to the hub. */
    interface Fault {
        boolean answers(HttpExchange exchange, Asked asked) throws IOException;
    }

    /** How the bytes of a file are sent. */
    interface Sender {
        void send(OutputStream out, byte[] bytes) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, byte[]> store = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong bytesSent = new AtomicLong();
    private volatile String commit = "1".repeat(40);
    private volatile Fault fault = (exchange, request) -> false;
    private volatile Sender sender = OutputStream::write;
    private volatile boolean knowsRanges = true;

    LoopbackHub() {
        try {
            server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** With a complete model in it, whose weights have this many bytes. */
    static LoopbackHub withModel(int weightBytes) {
        return new LoopbackHub()
                .with("config.json", "{\"model_type\":\"tiny\"}")
                .with("tokenizer.json", "{\"version\":\"1.0\"}")
                .with("preprocessor_config.json", "{}")
                .with("chat_template.jinja", "{{ messages }}")
                .with("README.md", "not needed")
                .with("pytorch_model.bin", "not needed")
                .with("model.safetensors", bytes(weightBytes, 1));
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    LoopbackHub with(String file, String text) {
        return with(file, text.getBytes(StandardCharsets.UTF_8));
    }

    LoopbackHub with(String file, byte[] bytes) {
        files.put(file, bytes);
        if (isLarge(file)) {
            store.put(sha256(bytes), bytes);
        }
        return this;
    }

    LoopbackHub without(String file) {
        files.remove(file);
        return this;
    }

    /** The commit that every revision stands for from now on. */
    void moveTo(String newCommit) {
        commit = newCommit;
    }

    void plant(Fault planted) {
        fault = planted;
    }

    void sendBy(Sender planted) {
        sender = planted;
    }

    void forgetRanges() {
        knowsRanges = false;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int port() {
        return server.getAddress().getPort();
    }

    String commit() {
        return commit;
    }

    byte[] file(String name) {
        return found(files, name);
    }

    List<Asked> asked() {
        return asked;
    }

    /** Requests for the bytes of a file, at the hub or at the store, such as {@code GET model.safetensors}. */
    long count(String method, String pathEnd) {
        return asked.stream()
                .filter(request ->
                        request.method().equals(method) && request.path().endsWith(pathEnd))
                .count();
    }

    long bytesSent() {
        return bytesSent.get();
    }

    void forgetWhatWasAsked() {
        asked.clear();
        bytesSent.set(0);
    }

    /** Name of a file's blob in a cache. */
    String checksum(String file) {
        byte[] bytes = file(file);
        return isLarge(file) ? sha256(bytes) : gitSha1(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getRequestHeaders();
            String range = headers.getFirst("Range");
            Asked request = new Asked(
                    exchange.getRequestMethod(),
                    headers.getFirst("Host").replaceAll(":.*", ""),
                    exchange.getRequestURI().getPath(),
                    headers.getFirst("Authorization"),
                    range == null ? 0 : Long.parseLong(range.replaceAll("[^0-9]", "")));
            asked.add(request);
            if (!fault.answers(exchange, request)) {
                answer(exchange, request);
            }
        } catch (IOException e) {
            // The client went away, or a fault cut it off: closing the exchange drops the connection.
        }
    }

    private void answer(HttpExchange exchange, Asked request) throws IOException {
        String path = request.path();
        if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            send(exchange, listing().getBytes(StandardCharsets.UTF_8), 0);
        } else if (path.startsWith("/" + REPOSITORY + "/resolve/")) {
            answerFile(exchange, request, path.substring(path.lastIndexOf('/') + 1));
        } else if (path.startsWith(STORE)) {
            byte[] bytes = found(store, path.substring(STORE.length()));
            // A store has ETags of its own.
            exchange.getResponseHeaders().set("ETag", "\"0123456789abcdef0123456789abcdef\"");
            send(exchange, bytes, request.from());
        } else {
            refuse(exchange, 404, "X-Error-Code", "RepoNotFound");
        }
    }

    private void answerFile(HttpExchange exchange, Asked request, String file) throws IOException {
        byte[] bytes = files.get(file);
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Repo-Commit", commit);
        if (bytes == null) {
            refuse(exchange, 404, "X-Error-Code", "EntryNotFound");
        } else if (isLarge(file)) {
            headers.set("X-Linked-Etag", "\"" + checksum(file) + "\"");
            headers.set("X-Linked-Size", String.valueOf(bytes.length));
            redirect(exchange, "http://localhost:" + port() + STORE + checksum(file) + "?signature=secret");
        } else {
            headers.set("ETag", "\"" + checksum(file) + "\"");
            send(exchange, bytes, request.from());
        }
    }

    private String listing() {
        return new TreeMap<>(files)
                .keySet().stream()
                        .map(file -> "{\"rfilename\":\"" + file + "\"}")
                        .collect(Collectors.joining(
                                ",", "{\"id\":\"" + REPOSITORY + "\",\"sha\":\"" + commit + "\",\"siblings\":[", "]}"));
    }

    /** Sends bytes with all that belongs to them. */
    void send(HttpExchange exchange, byte[] bytes, long asked) throws IOException {
        int from = knowsRanges ? (int) asked : 0;
        if (from > bytes.length) {
            refuse(exchange, 416, "Content-Range", "bytes */" + bytes.length);
            return;
        }
        byte[] part = new byte[bytes.length - from];
        System.arraycopy(bytes, from, part, 0, part.length);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(part.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, part.length == 0 ? -1 : part.length);
        sender.send(new CountingStream(exchange.getResponseBody(), bytesSent), part);
    }

    static void refuse(HttpExchange exchange, int status, String... headers) throws IOException {
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
        }
        exchange.sendResponseHeaders(status, -1);
    }

    static void redirect(HttpExchange exchange, String location) throws IOException {
        refuse(exchange, 302, "Location", location);
    }

    /** Sends slowly enough that something can happen in between. */
    static Sender slowly(int chunkBytes, Duration pause) {
        return (out, bytes) -> {
            for (int at = 0; at < bytes.length; at += chunkBytes) {
                out.write(bytes, at, Math.min(chunkBytes, bytes.length - at));
                out.flush();
                try {
                    Thread.sleep(pause.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        };
    }

    static boolean isLarge(String file) {
        return file.endsWith(".safetensors") || file.endsWith(".pt");
    }

    static String sha256(byte[] bytes) {
        return hex("SHA-256", bytes);
    }

    static String gitSha1(byte[] bytes) {
        return hex("SHA-1", ("blob " + bytes.length + "\0").getBytes(StandardCharsets.UTF_8), bytes);
    }

    private static String hex(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] found(Map<String, byte[]> all, String name) {
        byte[] bytes = all.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("The hub has no '" + name + "'");
        }
        return bytes;
    }

    /** Counts what is really sent. */
    private static final class CountingStream extends OutputStream {

        private final OutputStream out;
        private final AtomicLong count;

        CountingStream(OutputStream out, AtomicLong count) {
            this.out = out;
            this.count = count;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count.incrementAndGet();
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count.addAndGet(length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
