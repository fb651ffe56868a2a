package cluster;

import java.util.List;

/**
 * Where a program runs.
 *
 * @param address where others reach it
 * @param prefix what stands before its command line; none on the machine itself
 */
record Place(String name, String address, List<String> prefix) {

    static Place here(String name) {
        return new Place(name, "127.0.0.1", List.of());
    }
}
