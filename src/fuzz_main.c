/* SPDX-License-Identifier: MIT */
/* Where there is no libFuzzer: runs a fuzzer over the files of its corpus. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "re");
	uint8_t *data = NULL, *exact;
	size_t n = 0, cap = 0;

	if (f == NULL)
		return fail(path);
	while (!feof(f) && !ferror(f)) {
		uint8_t *grown = realloc(data, cap = 2 * cap + 4096);

		if (grown == NULL)
			break;
		data = grown;
		n += fread(data + n, 1, cap - n, f);
	}
	/* As long as the data: what reads on behind it is to be seen. */
	exact = malloc(n > 0 ? n : 1);
	if (fclose(f) != 0 || exact == NULL) {
		free(data);
		free(exact);
		return fail(path);
	}
	if (n > 0)
		memcpy(exact, data, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(data);
	free(exact);
	return 0;
}

static int run_dir(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort), ran = 0;

	if (n < 0)
		return fail(dir);
	for (int i = 0; i < n; i++) {
		char *path = NULL;

		if (ran >= 0 && entries[i]->d_name[0] != '.') {
			if (asprintf(&path, "%s/%s", dir, entries[i]->d_name) < 0 ||
			    run_file(path) < 0)
				ran = -1;
			else
				ran++;
		}
		free(path);
		free(entries[i]);
	}
	free(entries);
	return ran;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int ran = run_dir(argv[i]);

		if (ran < 0)
			return EXIT_FAILURE;
		printf("%s: %d inputs\n", argv[i], ran);
	}
	return EXIT_SUCCESS;
}
