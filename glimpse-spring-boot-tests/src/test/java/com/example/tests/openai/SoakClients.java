package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import javax.imageio.ImageIO;

/**
 * Clients of the HTTP soak by sockets. Counts what each request was answered with. Safe for concurrent use.
 */
final class SoakClients {

    /** Reaches the engine and was answered. */
    static final String ANSWERED = "answered";
    /** Reaches the engine, which refuses it. */
    static final String INVALID = "invalid";

    static final String QUEUE_FULL = "queue-full";
    static final String TIMED_OUT = "timed-out";
    /** Refused by the endpoint before the engine is asked: no meter counts it. */
    static final String REFUSED = "refused by the endpoint";
    /** Left by the client: cancelled, or answered if that was sooner. */
    static final String DISCONNECTED = "disconnected";

    private static final String MALFORMED = "{\"messages\": [";
    private static final int SLOW_PIECES = 10;
    private static final int MOST_IMAGES = 40;

    private final int port;
    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    private final Map<String, Long> metersBefore = new TreeMap<>();

    SoakClients(int port) {
        this.port = port;
    }

    /** One request of each kind, then the meters are read: later counts are differences. */
    void warmUp() throws IOException, InterruptedException {
        Random random = new Random(0);
        for (int kind = 0; kind < 10; kind++) {
            request(kind, random, SoakServer.FIRST_KEY);
        }
        awaitIdle();
        outcomes.clear();
        metersBefore.putAll(meters());
    }

    void run(int number, long end) throws IOException, InterruptedException {
        Random random = new Random(number);
        String key = number % 2 == 0 ? SoakServer.FIRST_KEY : SoakServer.SECOND_KEY;
        while (System.nanoTime() - end < 0) {
            request(random.nextInt(20), random, key);
        }
    }

    private void request(int kind, Random random, String key) throws IOException, InterruptedException {
        switch (kind) {
            case 0 -> exchange(chat(random, false).put("temperature", -1), key, 0);
            case 1 -> exchange(MALFORMED, key, 0);
            case 2 -> exchange(chat(random, false), "unknown", 0);
            case 3 -> exchange(damaged(chat(random, false)), key, 0);
            case 4 -> exchange(chat(random, random.nextBoolean()), key, SLOW_PIECES);
            case 5 -> disconnect(chat(random, true), key, 1 + random.nextInt(3));
            case 6 -> disconnect(chat(random, false), key, 0);
            case 7 -> exchange(chat(random, true), key, 0);
            case 8 -> {
                // The same session and image: prefix reuse.
                exchange(chat(random, false).put("prompt_cache_key", "session " + random.nextInt(4)), key, 0);
            }
            default -> exchange(chat(random, random.nextBoolean()), key, 0);
        }
    }

    private void exchange(ObjectNode body, String key, int pieces) throws IOException, InterruptedException {
        exchange(body.toString(), key, pieces);
    }

    /** Sends a body, in pieces with pauses if {@code pieces} is positive, and reads the whole answer. */
    private void exchange(String body, String key, int pieces) throws IOException, InterruptedException {
        try (Socket socket = open()) {
            send(socket, body, key, pieces);
            String answer = readAll(socket.getInputStream());
            count(outcome(body, answer));
            if (answer.startsWith("HTTP/1.1 429")) {
                Thread.sleep(50);
            }
        }
    }

    /** Reads this many events of the answer, or none, and closes the connection. */
    private void disconnect(ObjectNode body, String key, int events) throws IOException, InterruptedException {
        try (Socket socket = open()) {
            send(socket, body.toString(), key, 0);
            InputStream in = socket.getInputStream();
            StringBuilder read = new StringBuilder();
            int found = 0;
            while (found < events) {
                int next = in.read();
                if (next < 0) {
                    break;
                }
                read.append((char) next);
                if (next == '\n' && read.toString().endsWith("\n\n")) {
                    found++;
                }
            }
            if (events == 0) {
                Thread.sleep(10);
            }
            String head = read.toString();
            boolean refused = head.startsWith("HTTP/1.1 ") && !head.startsWith("HTTP/1.1 200");
            count(refused ? outcome(body.toString(), head + readAll(in)) : DISCONNECTED);
        }
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        // Ends a hang with a failure.
        socket.setSoTimeout(120_000);
        return socket;
    }

    private void send(Socket socket, String body, String key, int pieces) throws IOException, InterruptedException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer "
                + key + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + bytes.length
                + "\r\n\r\n";
        OutputStream out = socket.getOutputStream();
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        int piece = pieces == 0 ? bytes.length : bytes.length / pieces + 1;
        try {
            for (int from = 0; from < bytes.length; from += piece) {
                out.write(bytes, from, Math.min(piece, bytes.length - from));
                out.flush();
                if (pieces > 0) {
                    Thread.sleep(50);
                }
            }
        } catch (IOException e) {
            // Refused before the body was read; the answer may still be there.
        }
    }

    private static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketException e) {
            // A refusal whose connection was reset after the answer.
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static String outcome(String body, String answer) {
        if (answer.isEmpty()) {
            return REFUSED;
        }
        assertThat(answer).startsWith("HTTP/1.1 ");
        int status = Integer.parseInt(answer.substring(9, 12));
        return switch (status) {
            case 200 -> answer.contains("\"code\":\"timeout\"") ? TIMED_OUT : ANSWERED;
            case 400 -> body.equals(MALFORMED) ? REFUSED : INVALID;
            case 401 -> REFUSED;
            case 429 -> answer.contains("max-requests-per-key") ? REFUSED : QUEUE_FULL;
            case 504 -> TIMED_OUT;
            default -> throw new AssertionError("unexpected answer: " + answer);
        };
    }

    private void count(String outcome) {
        outcomes.computeIfAbsent(outcome, unused -> new LongAdder()).increment();
    }

    Map<String, Long> outcomes() {
        Map<String, Long> sums = new TreeMap<>();
        outcomes.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }

    /** Values of {@code glimpse.requests} by outcome since the warm-up. */
    Map<String, Long> meters() throws IOException {
        Map<String, Long> values = new TreeMap<>();
        JsonNode meter = get("/actuator/metrics/glimpse.requests");
        for (JsonNode tag : meter.path("availableTags")) {
            if (tag.path("tag").asText().equals("outcome")) {
                for (JsonNode value : tag.path("values")) {
                    String name = value.asText();
                    long count = get("/actuator/metrics/glimpse.requests?tag=outcome:" + name)
                            .at("/measurements/0/value")
                            .asLong();
                    values.put(name, count - metersBefore.getOrDefault(name, 0L));
                }
            }
        }
        return values;
    }

    /** Waits until the engine runs nothing, a minute at most. */
    void awaitIdle() throws IOException, InterruptedException {
        for (int i = 0; i < 600; i++) {
            long active = gauge("glimpse.requests.active") + gauge("glimpse.queue.depth");
            if (active == 0) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("a request still runs or waits a minute after the last client left");
    }

    private long gauge(String name) throws IOException {
        return get("/actuator/metrics/" + name).at("/measurements/0/value").asLong();
    }

    /**
     * Each request that reached the engine is counted once under its outcome; a disconnected one as cancelled or answered, or not at
     * all if the endpoint noticed before the engine was asked.
     */
    void assertMetersEqualCounts() throws IOException {
        Map<String, Long> counted = meters();
        Map<String, Long> seen = outcomes();
        long disconnected = seen.getOrDefault(DISCONNECTED, 0L);
        long surplus = 0;
        for (String name : new String[] {ANSWERED, INVALID, QUEUE_FULL, TIMED_OUT}) {
            long more = counted.getOrDefault(name, 0L) - seen.getOrDefault(name, 0L);
            if (name.equals(INVALID) || disconnected == 0) {
                assertThat(more).as(name + ": " + counted + " against " + seen).isZero();
            }
            assertThat(more).as(name + ": " + counted + " against " + seen).isNotNegative();
            surplus += more;
        }
        surplus += counted.getOrDefault("cancelled", 0L);
        assertThat(surplus)
                .as("meters of disconnected requests: " + counted + " against " + seen)
                .isLessThanOrEqualTo(disconnected);
        assertThat(counted.getOrDefault("cancelled", 0L)).as("cancelled").isPositive();
        assertThat(counted.keySet())
                .as("outcomes")
                .isSubsetOf(
                        ANSWERED,
                        INVALID,
                        QUEUE_FULL,
                        TIMED_OUT,
                        "cancelled",
                        "unsupported",
                        "closed",
                        "not-loaded",
                        "failed");
        for (String none : new String[] {"unsupported", "closed", "not-loaded", "failed"}) {
            assertThat(counted.getOrDefault(none, 0L)).as(none).isZero();
        }
    }

    private JsonNode get(String path) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.0\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer "
                                    + SoakServer.FIRST_KEY + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = readAll(socket.getInputStream());
            return Client.json(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        }
    }

    private static ObjectNode damaged(ObjectNode chat) {
        ((ObjectNode) chat.at("/messages/0/content/1/image_url")).put("url", "data:image/png;base64,AAAAAAAA");
        return chat;
    }

    private static ObjectNode chat(Random random, boolean streamed) {
        ObjectNode chat = Client.JSON.createObjectNode();
        chat.put("stream", streamed).put("max_tokens", 24);
        ObjectNode message = chat.putArray("messages").addObject().put("role", "user");
        ArrayNode content = message.putArray("content");
        content.addObject()
                .put("type", "text")
                .put("text", random.nextBoolean() ? "What is the total?" : "What is the order?");
        content.addObject()
                .put("type", "image_url")
                .putObject("image_url")
                .put("url", image(random.nextInt(MOST_IMAGES)));
        return chat;
    }

    /** A drawn page, as PNG in a data URL; sizes and text differ by number. */
    private static String image(int number) {
        BufferedImage page = new BufferedImage(252 + 28 * (number % 4), 252, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = page.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, page.getWidth(), page.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.MONOSPACED, Font.PLAIN, 18));
        graphics.drawString("ORDER Z" + number, 20, 60);
        graphics.drawString("TOTAL $" + (10 + number) + ".00", 20, 180);
        graphics.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(page, "png", png);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
