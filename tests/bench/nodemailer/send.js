'use strict';
// The same personalised message through nodemailer's pool:
//	node send.js PORT CONNECTIONS MESSAGES TEMPLATES
const fs = require('fs');
const nodemailer = require('nodemailer');

const [port, connections, messages, templates] = process.argv.slice(2);
const campaign = 'Khảo sát mức độ hài lòng';
const forms = ['Phiếu khảo sát', 'Phiếu phản hồi'];

// The template in pieces, once: text, name, text, name ... A list is written out beforehand.
function compile(file) {
	const text = fs.readFileSync(`${templates}/${file}`, 'utf8')
		.replace(/{{#instruments}}\n([^]*?){{\/instruments}}\n/g,
			(all, inner) => forms.map((title) => inner.replace('{{title}}', title)).join(''));
	const pieces = text.split(/{{(\w+)}}/);
	return (values) => pieces.map((piece, i) => (i % 2 ? values[piece] : piece)).join('');
}

const text = compile('invitation.vi.txt'), html = compile('invitation.vi.html');
const transport = nodemailer.createTransport({
	pool: true, host: '127.0.0.1', port: Number(port), secure: false, ignoreTLS: true,
	maxConnections: Number(connections), maxMessages: Infinity, name: 'bench.example',
});

function message(i) {
	const token = String(i).padStart(22, '0'), tag = `i${i}-1-${token.slice(8)}`;
	const link = `http://127.0.0.1:8080/i/${token}`, optout = `http://127.0.0.1:8080/u/${token}`;
	const values = {
		campaign, sender: 'Bộ Nội vụ', addressee: `Ông/Bà Nguyễn Thị Số ${i}`, position: 'Chuyên viên', sub_unit: 'Sở Nội vụ',
		unit: 'Thành phố Cần Thơ', link, optout_link: optout, deadline: 'hết ngày 07 tháng 10 năm 2099 (thứ Tư)',
		deadline_day: '07/10/2099',
	};
	const whole = text(values), cut = whole.indexOf('\n');
	return {
		envelope: { from: `bounce+${tag}@ministry.example`, to: `person${i}@unit.example` },
		from: { name: 'Bộ Nội vụ', address: 'survey@ministry.example' },
		to: { name: `Nguyễn Thị Số ${i}`, address: `person${i}@unit.example` },
		subject: whole.slice('Subject: '.length, cut), text: whole.slice(cut + 2), html: html(values),
		messageId: `<${tag}@ministry.example>`,
		headers: {
			'Auto-Submitted': 'auto-generated', 'List-Unsubscribe': `<${optout}>`,
			'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', 'Content-Language': 'vi',
		},
	};
}

let next = 0, running = 0;
function feed() {
	while (running < 2 * connections && next < messages) {
		running++;
		transport.sendMail(message(++next)).then(() => { running--; feed(); },
			(error) => { console.error(error.message); process.exit(1); });
	}
	if (next >= messages && !running)
		transport.close();
}
feed();
