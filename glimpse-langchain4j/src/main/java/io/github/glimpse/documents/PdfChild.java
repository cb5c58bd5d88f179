package io.github.glimpse.documents;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Main class of a process that reads PDF files, and the class loader in it: classes and resources are sent by the
 * application through standard input. So the process needs no class path: applications in a jar of jars, a WAR or a
 * folder of classes are all the same to it. Ends when standard input does, which is when the application ends, whatever
 * it computes then.
 *
 * <p>This is the only class that {@link PdfProcess} writes to a file; it must refer to classes of the JDK only.
 */
final class PdfChild extends ClassLoader {

    private final DataOutputStream out;
    private final BlockingQueue<Map.Entry<Integer, byte[]>> resources;

    private PdfChild(DataOutputStream out, BlockingQueue<Map.Entry<Integer, byte[]>> resources) {
        super(PdfChild.class.getClassLoader());
        this.out = out;
        this.resources = resources;
    }

    /** Reads frames from standard input until it ends. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16));
        PrintStream nothing = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        System.setOut(nothing);
        System.setErr(nothing);
        beFirstToBeKilled();
        BlockingQueue<Map.Entry<Integer, byte[]>> commands = new LinkedBlockingQueue<>();
        BlockingQueue<Map.Entry<Integer, byte[]>> resources = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(in, commands, resources), "input");
        reader.setDaemon(true);
        reader.start();
        PdfChild loader = new PdfChild(out, resources);
        Thread.currentThread().setContextClassLoader(loader);
        Method serve = loader.loadClass("io.github.glimpse.documents.PdfWorker")
                .getDeclaredMethod("serve", BlockingQueue.class, DataOutputStream.class, Function.class);
        serve.setAccessible(true);
        serve.invoke(null, commands, out, (Function<String, byte @Nullable []>) loader::bytes);
        Runtime.getRuntime().halt(0);
    }

    /** Sets the highest OOM score: where memory runs out, Linux ends this process and not the application. */
    private static void beFirstToBeKilled() {
        try {
            Files.writeString(Path.of("/proc/self/oom_score_adj"), "1000", StandardCharsets.US_ASCII);
        } catch (IOException | RuntimeException e) {
            // other systems have no such file
        }
    }

    private static void read(
            DataInputStream in,
            BlockingQueue<Map.Entry<Integer, byte[]>> commands,
            BlockingQueue<Map.Entry<Integer, byte[]>> resources) {
        try {
            for (int type = in.read(); type >= 0; type = in.read()) {
                int length = in.readInt();
                byte[] content = new byte[length];
                in.readFully(content);
                boolean isResource = type == PdfFrames.RESOURCE || type == PdfFrames.NO_RESOURCE;
                (isResource ? resources : commands).add(Map.entry(type, content));
            }
        } catch (IOException e) {
            // the application has gone
        }
        Runtime.getRuntime().halt(0);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = bytes(name.replace('.', '/') + ".class");
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String name) {
        InputStream ofRuntime = super.getResourceAsStream(name);
        if (ofRuntime != null) {
            return ofRuntime;
        }
        byte[] bytes = bytes(name);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private synchronized byte @Nullable [] bytes(String name) {
        try {
            byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
            out.writeByte(PdfFrames.WANTED);
            out.writeInt(wanted.length);
            out.write(wanted);
            out.flush();
            Map.Entry<Integer, byte[]> answer = resources.take();
            return answer.getKey() == PdfFrames.RESOURCE ? answer.getValue() : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
