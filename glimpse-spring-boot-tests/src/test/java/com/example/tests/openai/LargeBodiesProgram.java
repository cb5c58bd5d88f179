package com.example.tests.openai;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application that gets many large bodies at once, and prints how many of them had which status, and then the status of a good
 * request. Its arguments: a folder that is not used, the number of bodies, their bytes, and {@code announced} or {@code chunked}.
 */
final class LargeBodiesProgram {

    private static final byte[] PIECE = new byte[1 << 16];
    private static final String HEAD = "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
            + " \"image_url\": {\"url\": \"data:image/png;base64,";
    private static final String END = "\"}}]}]}";
    /** Together they may hold more than the memory of bodies: half of it each. */
    private static final List<String> KEYS = List.of("first-key", "second-key", "third-key");

    private static final String GOOD =
            "{\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";

    private LargeBodiesProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        Arrays.fill(PIECE, (byte) 'A');
        int count = Integer.parseInt(arguments[1]);
        int bytes = Integer.parseInt(arguments[2]);
        boolean chunked = arguments[3].equals("chunked");
        try (ConfigurableApplicationContext context = TinyEndpoint.start(
                "server.address=127.0.0.1",
                "glimpse.openai.max-requests-per-key=" + count,
                "glimpse.openai.api-keys=" + String.join(",", KEYS))) {
            Client client = new Client(context);
            Map<String, Integer> statuses = new TreeMap<>();
            CountDownLatch connected = new CountDownLatch(count);
            Thread[] threads = new Thread[count];
            for (int i = 0; i < count; i++) {
                String key = KEYS.get(i % KEYS.size());
                threads[i] = new Thread(() -> {
                    String status = send(client.port(), key, bytes, chunked, connected);
                    synchronized (statuses) {
                        statuses.merge(status, 1, Integer::sum);
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            System.out.println("statuses: " + statuses);
            System.out.println("good: "
                    + client.post("/v1/chat/completions", GOOD, "Authorization", "Bearer " + KEYS.get(0))
                            .statusCode());
        }
        System.exit(0);
    }

    private static String send(int port, String key, int bytes, boolean chunked, CountDownLatch connected) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connected.countDown();
            connected.await();
            try {
                write(socket, port, key, bytes, chunked);
            } catch (IOException e) {
                // The server has closed the connection; its response may still be there.
            }
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return line.length < 12 ? "closed" : new String(line, 9, 3, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "closed";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(Socket socket, int port, String key, int bytes, boolean chunked) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nConnection: close\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\n"
                        + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + bytes) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        write(out, HEAD.getBytes(StandardCharsets.US_ASCII), HEAD.length(), chunked);
        for (int left = bytes - HEAD.length() - END.length(); left > 0; left -= PIECE.length) {
            write(out, PIECE, Math.min(left, PIECE.length), chunked);
        }
        write(out, END.getBytes(StandardCharsets.US_ASCII), END.length(), chunked);
        if (chunked) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void write(OutputStream out, byte[] piece, int length, boolean chunked) throws IOException {
        if (chunked) {
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(piece, 0, length);
        if (chunked) {
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }
}
