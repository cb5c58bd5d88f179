package io.github.glimpse.request;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server on loopback that answers every connection as a test wants, right or wrong. */
public final class PictureServer implements AutoCloseable {

    /** Writes an answer to a request's head. */
    @FunctionalInterface
    public interface Script {
        void answer(String head, OutputStream out) throws Exception;
    }

    private final ServerSocket listening;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** Listens at a free port. */
    public PictureServer(Script script) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    /** Listens there. */
    public PictureServer(ServerSocket listening, Script script) {
        this.listening = listening;
        start(() -> {
            while (!listening.isClosed()) {
                Socket socket = listening.accept();
                sockets.add(socket);
                start(() -> serve(socket, script));
            }
        });
    }

    /** A whole answer with a body. */
    public static Script text(String... parts) {
        return (head, out) -> {
            for (String part : parts) {
                out.write(part.getBytes(StandardCharsets.ISO_8859_1));
            }
        };
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    /** The heads of the requests so far. */
    public List<String> heads() {
        return heads;
    }

    private void serve(Socket socket, Script script) throws Exception {
        try (socket) {
            heads.add(head(socket.getInputStream()));
            script.answer(heads.get(heads.size() - 1), socket.getOutputStream());
            socket.getOutputStream().flush();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no head");
            }
            bytes.write(next);
            head = bytes.toString(StandardCharsets.ISO_8859_1);
        }
        return head;
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                // The client went away or the test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
