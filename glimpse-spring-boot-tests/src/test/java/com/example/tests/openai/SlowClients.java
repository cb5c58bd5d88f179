package com.example.tests.openai;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Connections to this machine that each send the head of a request and then one byte of its body each second. */
final class SlowClients implements AutoCloseable {

    /** Ends a test whose server hangs. */
    private static final int PATIENCE_MILLIS = 30_000;

    private static final int SECOND_MILLIS = 1_000;

    private final List<Socket> sockets = new ArrayList<>();
    private final Set<Socket> failed = ConcurrentHashMap.newKeySet();
    private final Thread writer = new Thread(this::write, "slow-clients");
    private final byte[] piece;

    private SlowClients(byte[] piece) {
        this.piece = piece;
    }

    /** Opens the connections. */
    static SlowClients open(int port, int count, String head, String piece) throws IOException {
        SlowClients clients = new SlowClients(piece.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            clients.sockets.add(socket);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        }
        clients.writer.setDaemon(true);
        clients.writer.start();
        return clients;
    }

    private void write() {
        try {
            while (true) {
                for (Socket socket : sockets) {
                    write(socket);
                }
                Thread.sleep(SECOND_MILLIS);
            }
        } catch (InterruptedException e) {
            // The test has ended.
        }
    }

    private void write(Socket socket) {
        try {
            socket.getOutputStream().write(piece);
        } catch (IOException e) {
            // The server has closed this connection.
            failed.add(socket);
        }
    }

    /**
     * The number of connections for each status; 0 counts those that the server closed without one.
     *
     * @throws SocketTimeoutException if one of them gets no answer
     */
    Map<Integer, Integer> statuses() throws IOException {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < sockets.size(); i++) {
            try {
                statuses.merge(status(sockets.get(i)), 1, Integer::sum);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("Connection " + i + " got no answer; before it: " + statuses, e);
            }
        }
        return statuses;
    }

    private static int status(Socket socket) throws IOException {
        try {
            String line = line(socket);
            while (line.startsWith("HTTP/1.1 100")) {
                line = line(socket);
                line = line.isEmpty() ? line(socket) : line;
            }
            return line.startsWith("HTTP/1.1 ") ? Integer.parseInt(line.substring(9, 12)) : 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return 0;
        }
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int read = socket.getInputStream().read();
                read >= 0 && read != '\n';
                read = socket.getInputStream().read()) {
            line.append((char) read);
        }
        return line.toString().strip();
    }

    /** Waits until the server has answered, or closed, so many of the connections that it has to answer for others to be served. */
    void awaitAnswers(int count) throws IOException {
        int answered = 0;
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (answered < count) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("Only " + answered + " of " + sockets.size() + " connections were answered");
            }
            answered = 0;
            for (Socket socket : sockets) {
                answered += socket.getInputStream().available() > 0 || failed.contains(socket) ? 1 : 0;
            }
        }
    }

    /** Whether the server has closed none of them. */
    boolean isOpen() {
        return failed.isEmpty();
    }

    /** Whether the server closes a connection that it has answered. */
    boolean isClosed(int index) throws IOException {
        try {
            sockets.get(index).getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        writer.interrupt();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
