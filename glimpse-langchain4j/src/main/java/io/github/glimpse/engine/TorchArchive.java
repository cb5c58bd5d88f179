package io.github.glimpse.engine;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.PickledValue.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The zip archive that {@code torch.save} writes: one folder with a pickle, the byte order and the raw bytes of each storage.
 *
 * <p>The archive is never unpacked, and its entries have to be stored without compression, as {@code torch.save} does. So no
 * entry can be larger than the file, and what is read is bounded by the file's size, each storage being read once.
 */
final class TorchArchive implements AutoCloseable {

    private static final long LONGEST_FILE_BYTES = 512L << 20;
    private static final int LONGEST_PICKLE_BYTES = 1 << 20;
    private static final int LONGEST_BYTE_ORDER_BYTES = 16;
    private static final String PICKLE = "/data.pkl";
    private static final Pattern FOLDER = Pattern.compile("[^/\\\\]+");
    private static final Pattern STORAGE_KEY = Pattern.compile("[0-9]{1,9}");

    private static final byte[] ZIP_START = {'P', 'K', 3, 4};
    private static final byte[] LFS_START = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);
    private static final int PICKLE_START = 0x80;

    private final Path file;
    private final long fileBytes;
    private final ZipFile zip;
    private final String folder;
    private final Map<String, ByteBuffer> storages = new HashMap<>();
    private long storageBytes;

    private TorchArchive(Path file, long fileBytes, ZipFile zip) throws IOException {
        this.file = file;
        this.fileBytes = fileBytes;
        this.zip = zip;
        this.folder = folder();
        checkByteOrder();
    }

    /**
     * Opens and checks the archive.
     *
     * @throws ModelFilesException if it is no archive of {@code torch.save}
     */
    static TorchArchive open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new ModelFilesException("There is no checkpoint '" + file + "'");
        }
        long fileBytes = Files.size(file);
        if (fileBytes > LONGEST_FILE_BYTES) {
            throw new ModelFilesException("The checkpoint '" + file + "' has " + fileBytes + " bytes, at most "
                    + LONGEST_FILE_BYTES + " are read; save large models as safetensors");
        }
        checkStart(file);
        ZipFile zip = new ZipFile(file.toFile());
        try {
            return new TorchArchive(file, fileBytes, zip);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    /** The bytes of the pickle, {@code data.pkl}. */
    byte[] pickle() throws IOException {
        return read(folder + PICKLE, LONGEST_PICKLE_BYTES);
    }

    /** The bytes of a storage, little endian, as many as its element count says. */
    ByteBuffer storage(Storage storage) throws IOException {
        if (!STORAGE_KEY.matcher(storage.key()).matches()) {
            throw refusal("it names a storage " + Quoted.name(storage.key()) + " instead of numbering it");
        }
        int itemBytes = storage.type().byteCount();
        if (storage.elementCount() < 0 || storage.elementCount() > fileBytes / itemBytes) {
            throw refusal("storage " + storage.key() + " claims " + storage.elementCount() + " elements, more than "
                    + fileBytes + " bytes can hold");
        }
        int byteCount = (int) (storage.elementCount() * itemBytes);
        ByteBuffer known = storages.get(storage.key());
        if (known == null) {
            known = readStorage(folder + "/data/" + storage.key(), byteCount);
            storages.put(storage.key(), known);
        }
        if (known.capacity() != byteCount) {
            throw refusal(
                    "storage " + storage.key() + " has " + known.capacity() + " bytes, the pickle says " + byteCount);
        }
        return known;
    }

    /** Size of the whole file. */
    long fileBytes() {
        return fileBytes;
    }

    ModelFilesException refusal(String why) {
        return new ModelFilesException("The checkpoint '" + file + "' is refused: " + why
                + "; save a plain dictionary of tensors with torch.save or as safetensors");
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** Tells files that are something else what they are, before the zip reader says only that they are no zip. */
    private static void checkStart(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(LFS_START.length);
        }
        if (startsWith(start, LFS_START)) {
            throw new ModelFilesException("'" + file + "' is a Git LFS pointer, not the checkpoint itself;"
                    + " run 'git lfs pull' in the module's repository");
        }
        if (start.length > 0 && Byte.toUnsignedInt(start[0]) == PICKLE_START) {
            throw new ModelFilesException("The checkpoint '" + file + "' is in the old form of torch.save, before zip"
                    + " archives, which is not read. Save it again in Python:"
                    + " torch.save(torch.load(path, map_location='cpu', weights_only=True), path)");
        }
        if (!startsWith(start, ZIP_START)) {
            throw new ModelFilesException(
                    "'" + file + "' was not written by torch.save: it is no zip archive;" + " download it again");
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    /** The one top folder. All entries lie in it and no name appears twice, so that no two readers can disagree. */
    private String folder() {
        Set<String> names = new HashSet<>();
        String found = null;
        for (Iterator<? extends ZipEntry> entries = zip.stream().iterator(); entries.hasNext(); ) {
            String name = entries.next().getName();
            if (!names.add(name)) {
                throw refusal("it has two entries " + Quoted.name(name));
            }
            if (name.endsWith(PICKLE)) {
                if (found != null) {
                    throw refusal("it has two pickles");
                }
                found = name.substring(0, name.length() - PICKLE.length());
            }
        }
        if (found == null || !FOLDER.matcher(found).matches() || found.equals("..") || found.equals(".")) {
            throw refusal("it has no entry FOLDER" + PICKLE);
        }
        for (String name : names) {
            if (!name.startsWith(found + "/") || name.contains("..") || name.contains("\\")) {
                throw refusal("its entry " + Quoted.name(name) + " lies outside of " + Quoted.name(found));
            }
        }
        return found;
    }

    private void checkByteOrder() throws IOException {
        if (zip.getEntry(folder + "/byteorder") == null) {
            throw refusal("it does not say its byte order; torch 2.1 and later do");
        }
        String byteOrder = new String(read(folder + "/byteorder", LONGEST_BYTE_ORDER_BYTES), StandardCharsets.US_ASCII);
        if (!byteOrder.equals("little")) {
            throw refusal("its byte order is " + Quoted.name(byteOrder) + ", only 'little' is read");
        }
    }

    private ByteBuffer readStorage(String name, int byteCount) throws IOException {
        storageBytes += byteCount;
        if (storageBytes > fileBytes) {
            throw refusal("its storages claim more bytes than the file has");
        }
        ZipEntry entry = entry(name);
        if (entry.getSize() != byteCount) {
            throw refusal("its entry " + Quoted.name(name) + " has " + entry.getSize() + " bytes, the pickle says "
                    + byteCount);
        }
        return ByteBuffer.wrap(read(name, byteCount)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] read(String name, int mostBytes) throws IOException {
        ZipEntry entry = entry(name);
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw refusal("its entry " + Quoted.name(name) + " is compressed, which torch.save never does");
        }
        if (entry.getSize() > mostBytes) {
            throw refusal("its entry " + Quoted.name(name) + " has " + entry.getSize() + " bytes, at most " + mostBytes
                    + " are read");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            if (bytes.length != entry.getSize()) {
                throw refusal("its entry " + Quoted.name(name) + " ends too early");
            }
            return bytes;
        }
    }

    private ZipEntry entry(String name) {
        @Nullable ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw refusal("it has no entry " + Quoted.name(name));
        }
        return entry;
    }
}
