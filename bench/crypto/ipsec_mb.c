/*
 * AES-128-CCM of 1500-byte bodies by intel-ipsec-mb, which works on many
 * buffers at a time: the ceiling beside which our CCMP figures stand.
 *
 * Prints lines "name value unit", as the program beside it does. Each figure is
 * the best of many batches.
 */
#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BODY = 1500, AAD = 22, NONCE = 13, TAG = 8, LOT = 16, BATCHES = 500 };

struct frame {
	unsigned char body[BODY];
	unsigned char sealed[BODY];
	unsigned char tag[TAG];
};

static IMB_MGR *mgr;
static struct frame frames[LOT];
DECLARE_ALIGNED(static uint32_t enc[15 * 4], 16);
DECLARE_ALIGNED(static uint32_t dec[15 * 4], 16);

static void fail(const char *what)
{
	fprintf(stderr, "ipsec_mb: %s\n", what);
	exit(1);
}

/* The n-th job that is done, counted by the caller. */
static int done(const IMB_JOB *job)
{
	if (job == NULL)
		return 0;
	if (job->status != IMB_STATUS_COMPLETED)
		fail("a job was refused");
	return 1;
}

static int submit(const unsigned char *nonce, const unsigned char *aad, size_t aad_len,
		  const unsigned char *in, size_t len, unsigned char *out, unsigned char *tag)
{
	IMB_JOB *job = IMB_GET_NEXT_JOB(mgr);

	memset(job, 0, sizeof(*job));
	job->cipher_mode = IMB_CIPHER_CCM;
	job->hash_alg = IMB_AUTH_AES_CCM;
	job->cipher_direction = IMB_DIR_ENCRYPT;
	job->chain_order = IMB_ORDER_HASH_CIPHER;
	job->enc_keys = enc;
	job->dec_keys = dec;
	job->key_len_in_bytes = 16;
	job->iv = nonce;
	job->iv_len_in_bytes = NONCE;
	job->src = in;
	job->dst = out;
	job->msg_len_to_cipher_in_bytes = len;
	job->msg_len_to_hash_in_bytes = len;
	job->auth_tag_output = tag;
	job->auth_tag_output_len_in_bytes = TAG;
	job->u.CCM.aad = aad;
	job->u.CCM.aad_len_in_bytes = aad_len;
	return done(IMB_SUBMIT_JOB(mgr));
}

static int flush(void)
{
	int n = 0;
	IMB_JOB *job;

	while ((job = IMB_FLUSH_JOB(mgr)) != NULL)
		n += done(job);
	return n;
}

/* RFC 3610, packet vector 1. */
static void check(void)
{
	static const unsigned char nonce[NONCE] = { 0, 0, 0, 3, 2, 1, 0, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5 };
	static const unsigned char expected[31] = {
		0x58, 0x8c, 0x97, 0x9a, 0x61, 0xc6, 0x63, 0xd2, 0xf0, 0x66, 0xd0,
		0xc2, 0xc0, 0xf9, 0x89, 0x80, 0x6d, 0x5f, 0x6b, 0x61, 0xda, 0xc3,
		0x84, 0x17, 0xe8, 0xd1, 0x2c, 0xfd, 0xf9, 0x26, 0xe0,
	};
	unsigned char key[16], aad[8], body[23], out[31];

	for (int i = 0; i < 16; i++)
		key[i] = 0xc0 + i;
	for (int i = 0; i < 8; i++)
		aad[i] = i;
	for (int i = 0; i < 23; i++)
		body[i] = 8 + i;
	IMB_AES_KEYEXP_128(mgr, key, enc, dec);
	if (submit(nonce, aad, sizeof(aad), body, sizeof(body), out, out + 23) + flush() != 1)
		fail("one job went in, none came out");
	if (memcmp(out, expected, sizeof(expected)) != 0)
		fail("the answer is not that of RFC 3610");
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void measure(const char *name, int lot)
{
	static const unsigned char nonce[NONCE] = { 1 }, aad[AAD] = { 2 };
	double best = 1e9;

	for (int batch = 0; batch < BATCHES; batch++) {
		const int lots = 512 / lot;
		const double start = now_us();

		for (int i = 0; i < lots; i++) {
			int n = 0;

			for (int f = 0; f < lot; f++)
				n += submit(nonce, aad, AAD, frames[f].body, BODY,
					    frames[f].sealed, frames[f].tag);
			n += flush();
			if (n != lot)
				fail("jobs were lost");
		}
		const double each = (now_us() - start) / (lots * lot);

		if (each < best)
			best = each;
	}
	printf("%s_ipsecmb %.4f us\n", name, best);
}

int main(void)
{
	mgr = alloc_mb_mgr(0);
	if (mgr == NULL)
		fail("no memory");
	init_mb_mgr_auto(mgr, NULL);
	check();
	measure("ccmp_1500_seal", 1);
	measure("ccmp_1500_seal_lot", LOT);
	free_mb_mgr(mgr);
	return 0;
}
